-- A file of alerts as version 2 made it.
CREATE TABLE questions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, question TEXT NOT NULL, searched_as TEXT NOT NULL, subject TEXT NOT NULL,
    scope TEXT NOT NULL, kept TEXT NOT NULL, seen INTEGER NOT NULL, asked INTEGER NOT NULL DEFAULT 0,
    parts TEXT NOT NULL DEFAULT '[]', UNIQUE (searched_as, scope)
);
-- An edition is an article by its id. Its outlet is a hash, because it is a word of the article.
CREATE TABLE editions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, article TEXT NOT NULL UNIQUE, published TEXT, outlet INTEGER NOT NULL
);
CREATE TABLE sentences (
    sentence INTEGER NOT NULL, edition INTEGER NOT NULL, PRIMARY KEY (sentence, edition)
) WITHOUT ROWID;
-- Editions that were removed before the question was asked of them: not seen, though they are not after `seen`.
CREATE TABLE missed (
    question INTEGER NOT NULL REFERENCES questions ON DELETE CASCADE, edition INTEGER NOT NULL,
    PRIMARY KEY (question, edition)
) WITHOUT ROWID;
CREATE TABLE news (
    number INTEGER PRIMARY KEY AUTOINCREMENT, question INTEGER NOT NULL REFERENCES questions ON DELETE CASCADE,
    found TEXT NOT NULL, quotes INTEGER NOT NULL, answer TEXT NOT NULL
);
CREATE INDEX news_by_question ON news (question);
CREATE TABLE articles (id TEXT PRIMARY KEY, article TEXT NOT NULL);
CREATE TABLE rests_on (
    news INTEGER NOT NULL REFERENCES news ON DELETE CASCADE, article TEXT NOT NULL, PRIMARY KEY (news, article)
) WITHOUT ROWID;
CREATE INDEX rests_on_by_article ON rests_on (article);
PRAGMA application_id = 1145852756;
PRAGMA user_version = 2;
