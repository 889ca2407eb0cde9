// Shows an answer: what the model says, then the quotes, grouped by article.
// Answers that were scrolled to once, or that the reader has scrolled away from: they do not scroll again.
const left = (window.datelineLeft ??= new Set())

// By default the page scrolls to its end as it grows. This keeps the question at the top until the reader scrolls.
const keepInSight = (root, id, busy) => {
  if (!id || left.has(id)) return
  if (!root.moves) {
    root.moves = () => left.add(root.turn)
    for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"])
      window.addEventListener(kind, () => root.moves(), { capture: true, passive: true })
  }
  root.turn = id
  const turn = root.getRootNode().host.closest("[class*='st-key-turn-']")
  for (const wait of [0, 150])
    setTimeout(() => {
      if (left.has(id)) return
      turn?.scrollIntoView({ block: "start" })
      if (wait && !busy) left.add(id)
    }, wait)
}

const drawButton = (className, text, act) => {
  const button = make("button", className, text)
  button.type = "button"
  button.addEventListener("click", act)
  return button
}

// The quote behind a chip, shown next to it while the chip is pointed at or focused.
const showTip = (root, chip, source) => {
  const tip = make("div", "tip")
  tip.setAttribute("aria-hidden", "true") // the chip's own name says the same
  tip.append(makeForeign("b", "tip-title", source.title, source.language))
  if (source.where) tip.append(make("span", "tip-where", source.where))
  tip.append(makeForeign("q", "tip-words", source.quote, source.language))
  if (source.said) tip.append(make("span", "tip-said", source.said))
  root.append(tip)
  const at = chip.getBoundingClientRect()
  const left = Math.min(Math.max(8, at.left + at.width / 2 - tip.offsetWidth / 2), window.innerWidth - tip.offsetWidth - 8)
  const above = at.top - tip.offsetHeight - 8
  tip.style.left = `${left}px`
  tip.style.top = `${above > 64 ? above : at.bottom + 8}px`
}
const hideTip = (root) => root.querySelector(".tip")?.remove()

// A small button that opens a quote in its article.
const drawChip = (root, className, text, name, source) => {
  const button = drawButton(className, text, () => opens(button, () => root.act("open", source.key)))
  const said = source.said ? ` (${source.said})` : ""
  button.setAttribute("aria-label", `${name}: ${source.quote}${said}, ${[source.title, source.where].filter(Boolean).join(", ")}`)
  for (const kind of ["mouseenter", "focus"])
    button.addEventListener(kind, () => {
      hideTip(root)
      if (kind === "mouseenter" || button.matches(":focus-visible")) showTip(root, button, source)
    })
  for (const kind of ["mouseleave", "blur", "click"]) button.addEventListener(kind, () => hideTip(root))
  button.addEventListener("keydown", (event) => event.key === "Escape" && hideTip(root))
  return button
}

// How the figure that answers changed from day to day.
const drawFigures = (root, section, figures) => {
  hideTip(root)
  section.replaceChildren()
  if (!figures.length) return
  const list = make("ol", "figures")
  for (const figure of figures) {
    const entry = make("li", "figure")
    const text = `${figure.value} (${figure.day})`
    entry.append(drawChip(root, "chip", text, text, figure))
    list.append(entry)
  }
  section.append(make("span", "over-time", "Over time:"), list)
}

const drawStatement = (root, statement) => {
  const element = make("span", `statement ${statement.verdict}`)
  element.append(makeForeign("span", "said", statement.text))
  for (const chip of statement.chips)
    element.append(drawChip(root, "chip", String(chip.number), `Source ${chip.number}`, chip))
  for (const number of statement.unresolved) {
    const chip = make("span", "chip nowhere", `${number}?`)
    chip.title = "The model cited a sentence that does not exist"
    element.append(chip)
  }
  if (["unclear", "contradicted", "uncited", "unchecked"].includes(statement.verdict)) {
    const mark = make("span", "verdict")
    mark.append(make("b", "word", statement.verdict), ` ${statement.message}`)
    element.append(mark)
  }
  return element
}

const drawStatements = (root, section, statements) => {
  section.drawn ??= []
  statements.forEach((statement, place) => {
    const drawn = JSON.stringify(statement)
    if (section.drawn[place] === drawn) return
    hideTip(root)
    const element = drawStatement(root, statement)
    const old = section.children[place]
    if (old) old.replaceWith(element)
    else section.append(element)
    element.classList.toggle("new-line", statement.new_line)
    section.drawn[place] = drawn
  })
  while (section.children.length > statements.length) section.lastChild.remove()
  section.drawn.length = statements.length
}

const drawCards = (root, section, data) => {
  section.replaceChildren()
  if (data.lead) section.append(make("p", "lead", data.lead))
  for (const part of data.parts) {
    section.append(make("h2", "asked", part.question))
    if (part.lead) section.append(make("p", "lead", part.lead))
    appendCards(root, section, part.cards)
  }
  if (!data.parts.length) appendCards(root, section, data.cards)
  if (data.listed.length) {
    const list = make("ul", "listed")
    list.append(...data.listed.map((line) => make("li", undefined, line)))
    section.append(list)
  }
  if (data.foot) section.append(make("p", "foot", data.foot))
}

// What a quote is to the statement that cites it: a sign, and the words before the reason.
const MARKS = {
  supported: ["✓", "supports the statement"],
  unclear: ["?", "unclear: "],
  contradicted: ["≠", "contradicts the statement: "],
}

// A quote with a note is unpinned in the notebook, where the note is seen.
const drawPin = (root, quote, words) => {
  const isPinned = root.pinned.has(quote.key)
  const hasNote = root.noted.has(quote.key)
  const name = hasNote ? "In the notebook" : isPinned ? "Unpin" : "Pin"
  const pin = drawButton("small", name, () => {
    if (hasNote) root.act("notebook", true)
    else root.act("pin", { key: quote.key, pinned: !isPinned })
  })
  pin.classList.toggle("pinned", isPinned)
  pin.dataset.pin = quote.key
  pin.setAttribute("aria-label", `${name}: ${words}`)
  return pin
}

// What the page has confirmed is announced.
const notePins = (root, data) => {
  const before = root.pinned
  root.pinned = data.pinned && new Set(data.pinned)
  root.noted = new Set(data.noted ?? [])
  if (!before || !root.pinned || before.size === root.pinned.size) return
  announce(root.pinned.size > before.size ? "Kept in the notebook" : "Removed from the notebook")
}

// Draws, and gives the focus back to the same Pin.
const keepingPin = (root, section, draw) => {
  const key = root.getRootNode().activeElement?.dataset.pin
  draw()
  if (key) section.querySelector(`[data-pin="${CSS.escape(key)}"]`)?.focus({ preventScroll: true })
}

// What can be done with a quote: open it in its article, copy it with its source, copy a link to it.
const drawQuoteBar = (root, quote) => {
  const bar = make("span", "bar")
  const open = drawButton("hint", quote.page ? `Open in the article, ${quote.page}` : "Open in the article", () =>
    opens(open, () => root.act("open", quote.key)),
  )
  const words = quote.quote ?? quote.parts.join("")
  open.setAttribute("aria-label", `${open.textContent}: ${words}`)
  const copying = (name, text) => {
    const button = drawButton("small", name, () => copy(button, text()))
    button.setAttribute("aria-label", `${name}: ${words}`)
    return button
  }
  bar.append(
    open,
    copying("Copy quote", () => quote.cite),
    copying("Copy link", () => new URL(quote.link, window.location.href.split("?")[0]).href),
  )
  if (root.pinned) bar.append(drawPin(root, quote, words))
  return bar
}

const DOUBLE_CLICK_MS = 300

// A quote is text that can be selected. A click on it opens it, unless it selects words or is one of several.
const drawQuote = (root, quote, parts) => {
  const box = make("div", "quote")
  const bar = drawQuoteBar(root, quote)
  box.append(...parts, bar)
  box.addEventListener("click", (event) => {
    clearTimeout(box.opening)
    if (event.detail > 1 || event.target.closest("button")) return
    box.opening = setTimeout(() => {
      const selected = (root.getRootNode().getSelection?.() ?? window.getSelection())?.toString()
      if (!selected) bar.firstChild.click()
    }, DOUBLE_CLICK_MS)
  })
  return box
}

const appendCards = (root, section, cards) => {
  for (const card of cards) {
    const box = make("section", "card")
    box.append(makeForeign("h2", "title", card.title, card.language))
    if (card.where) box.append(make("p", "where", card.where))
    if (card.copies) box.append(make("p", "where copies", card.copies))
    const list = make("ol", "quotes")
    for (const quote of card.quotes) {
      const entry = make("li", "entry")
      const parts = [
        make("span", "number", quote.number ? String(quote.number) : ""),
        drawWords(quote.parts, card.language),
        ...(quote.said ? [make("span", "says", quote.said)] : []),
      ]
      if (quote.verdict) {
        const [sign, words] = MARKS[quote.verdict]
        const mark = make("span", `mark ${quote.verdict}`)
        mark.append(make("b", "sign", sign), ` ${words}${quote.message}`)
        parts.push(mark)
      }
      const box = drawQuote(root, quote, parts)
      if (!quote.number) box.classList.add("unnumbered")
      entry.append(box)
      list.append(entry)
    }
    box.append(list)
    section.append(box)
  }
}

// A quote that newer articles add.
const drawAdded = (root, side) => {
  const entry = make("li", "side")
  const parts = [
    makeForeign("span", "side-title", side.title, side.language),
    ...(side.where ? [make("span", "side-where", side.where)] : []),
    makeForeign("q", "words", side.quote, side.language),
    ...(side.said ? [make("span", "says", side.said)] : []),
  ]
  entry.append(drawQuote(root, side, parts))
  return entry
}

// The words of a quote, with those marked in which articles differ.
const drawWords = (parts, language) => {
  const words = makeForeign("q", "words", parts[0], language)
  if (parts[1]) words.append(make("mark", "differs", parts[1]), parts[2])
  return words
}

// Disagreements: each on one line, its sides ordered by day only.
const drawDiffer = (root, section, differ) => {
  section.replaceChildren()
  for (const found of differ) {
    const box = make("section", "differ")
    const list = make("ol", "figures")
    for (const side of found.sides) {
      const entry = make("li", "figure")
      entry.append(drawChip(root, "chip", side.words, side.words, side))
      list.append(entry)
    }
    box.append(make("h2", "over-time", `${found.title}:`), list)
    if (found.note) box.append(make("p", "where", found.note))
    section.append(box)
  }
}

// What newer articles add: a day to compare from, and below it what was found since.
const drawChanges = (root, section, changes) => {
  section.replaceChildren()
  if (!changes) return
  const form = make("form", "searched since")
  const label = make("label", "looked-back", "What changed after ")
  const day = make("input", "field since-day")
  day.type = "date"
  day.required = true
  day.value = changes.day
  label.append(day)
  const send = make("button", "act", "Show")
  send.type = "submit"
  form.append(label, send)
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    root.act("changes", day.value)
  })
  const asked = Boolean(changes.heading || changes.problem)
  form.hidden = !asked
  const unfold = drawButton("act", "What changed since …", () => {
    form.hidden = !form.hidden
    unfold.setAttribute("aria-expanded", String(!form.hidden))
    if (!form.hidden) day.focus()
  })
  unfold.setAttribute("aria-expanded", String(asked))
  section.append(unfold, form)
  if (changes.problem) section.append(make("p", "problem", changes.problem))
  if (!changes.heading) return
  const changed = make("div", "changed")
  changed.append(make("p", "lead", changes.heading))
  if (changes.added.length) {
    const list = make("ul", "sides")
    list.append(...changes.added.map((side) => drawAdded(root, side)))
    changed.append(list)
  }
  const differ = make("div", "differing")
  drawDiffer(root, differ, changes.differ)
  changed.append(differ, ...changes.notes.map((note) => make("p", "foot", note)))
  section.append(changed)
}

const drawSearched = (root, section, searchedFor) => {
  section.replaceChildren()
  if (!searchedFor) return
  const line = make("p", "searched")
  const change = drawButton("act", "Change", () => {
    const form = make("form", "searched")
    const field = make("input", "field")
    field.value = searchedFor
    field.maxLength = 2000
    field.setAttribute("aria-label", "Search for")
    const send = make("button", "act", "Search")
    send.type = "submit"
    form.append(field, send, drawButton("act", "Cancel", () => drawSearched(root, section, searchedFor)))
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      if (!field.value.trim()) return
      root.act("search", field.value)
      drawSearched(root, section, searchedFor)
    })
    section.replaceChildren(form)
    field.focus()
  })
  line.append(make("span", "words-searched", `Searched for: ${searchedFor}`), change)
  section.append(line)
}

const drawDays = (root, section, days, narrowed) => {
  section.replaceChildren()
  if (!days) return
  const line = make("p", "searched")
  line.append(make("span", "words-searched", days))
  if (narrowed) line.append(drawButton("act", "All days", () => root.act("all_days", true)))
  section.append(line)
}

const drawSearchReport = (section, { turn, report }) => {
  section.replaceChildren()
  if (!report) return
  const draw = (shown) => {
    const button = drawButton("act", "Copy", () => copy(button, report))
    button.setAttribute("aria-label", "Copy what was searched")
    shown.append(make("pre", "report-text", report), button)
  }
  section.append(folding("report", "What was searched", `report-${turn}`, draw))
}

const drawEvent = (root, event) => {
  const entry = make("li", "event")
  const button = drawButton("event-button", undefined, () => opens(button, () => root.act("open", event.key)))
  const words = makeForeign("q", "event-words", event.text, event.language)
  button.append(words, ...(event.said ? [make("span", "event-said", event.said)] : []))
  const title = makeForeign("span", "event-title", event.title, event.language)
  button.append(title, make("span", "event-where", event.where))
  entry.append(button)
  return entry
}

const drawDaysOf = (root, shown, { turn, timeline, forms }) => {
  for (const note of timeline.notes) shown.append(make("p", "event-note", note))
  if (timeline.summary) {
    const menu = exporting(forms, (form) => root.act("export", form), `export-timeline-${turn}`)
    menu.firstChild.setAttribute("aria-label", "Export the timeline")
    const head = make("div", "timeline-head")
    head.append(make("span", "event-summary", timeline.summary), menu)
    shown.append(head)
  }
  const line = make("ol", "line-of-days")
  for (const day of timeline.days) {
    const entry = make("li", day.exact ? "day exact" : "day")
    const events = make("ul", "events")
    events.append(...day.events.map((event) => drawEvent(root, event)))
    entry.append(make("h3", "when", day.when), events)
    line.append(entry)
  }
  if (timeline.days.length) shown.append(line)
}

// Found when it is opened.
const drawTimeline = (root, section, data) => {
  section.replaceChildren()
  if (!data.there) return
  const draw = (shown) => {
    if (data.timeline) return drawDaysOf(root, shown, data)
    const busy = make("p", "busy", "Reading the articles")
    busy.setAttribute("role", "status")
    shown.append(busy)
    root.act("timeline", true)
  }
  section.append(folding("timeline", "Timeline", `timeline-${data.turn}`, draw))
}

const drawBar = (root, section, data) => {
  section.replaceChildren()
  if (data.busy) {
    const busy = make("span", "busy", data.busy)
    busy.setAttribute("role", "status")
    section.append(busy)
    if (data.by_model) section.append(drawButton("act", "Stop", () => root.act("stop", true)))
    return
  }
  if (!data.copy) return
  const button = drawButton("act", "Copy", () => copy(button, data.copy))
  section.append(button, exporting(data.forms, (form) => root.act("export", form), `export-${data.turn}`))
  if (data.can_ask) section.append(drawButton("act", data.by_model ? "Ask again" : "Ask the model", () => root.act("again", true)))
  if (data.has_alert === false) {
    const alert = drawButton("act", "Alert me about new answers", () => root.act("add_alert", true))
    alert.title = "New articles are searched for this too, and what they say is listed under Alerts"
    section.append(alert)
  } else if (data.has_alert) section.append(make("span", "read", "New articles are searched for this too"))
  if (data.read) section.append(make("span", "read", data.read))
  if (data.usage) section.append(make("span", "usage", data.usage))
}

export default component("answer", (root, data) => {
  download(data.file)
  notePins(root, data)
  root.dataset.level = data.level ?? "answers"
  // Do not redraw while the reader types.
  if (!root.parts?.searched?.section.querySelector("form"))
    part(root, "searched", data.searched_for ?? "", (section) => drawSearched(root, section, data.searched_for))
  const days = { days: data.days, narrowed: data.narrowed }
  part(root, "days", days, (section) => drawDays(root, section, data.days, data.narrowed))
  part(root, "corrections", data.corrections ?? "", (section) => {
    section.replaceChildren()
    if (data.corrections) section.append(make("p", "read", data.corrections))
  })
  for (const [name, problem] of [["problem", data.problem], ["pin-problem", data.pin_problem]])
    part(root, name, problem ?? "", (section) => {
      section.replaceChildren()
      if (problem) section.append(make("p", "problem", problem))
    })
  const statements = data.statements ?? []
  part(root, "prose", statements, (section) => drawStatements(root, section, statements))
  part(root, "note", data.note ?? "", (section) => {
    section.replaceChildren()
    if (data.note) section.append(make("p", "problem", data.note))
  })
  const bar = {
    turn: data.turn, busy: data.busy, by_model: data.by_model, copy: data.copy, can_ask: data.can_ask, usage: data.usage,
    read: data.read, forms: data.forms, has_alert: data.has_alert,
  }
  const cards = {
    lead: data.lead, cards: data.cards ?? [], parts: data.parts ?? [], listed: data.listed ?? [], foot: data.foot,
    pinned: data.pinned, noted: data.noted,
  }
  // While the answer is written, the line that says so is where the text will appear.
  part(root, "busy", data.busy ? bar : {}, (section) => (data.busy ? drawBar(root, section, bar) : section.replaceChildren()))
  const figures = data.figures ?? []
  part(root, "figures", figures, (section) => drawFigures(root, section, figures))
  part(root, "cards", cards, (section) => keepingPin(root, section, () => drawCards(root, section, cards)))
  const differ = data.differ ?? []
  part(root, "differ", differ, (section) => drawDiffer(root, section, differ))
  part(root, "bar", data.busy ? {} : bar, (section) => (data.busy ? section.replaceChildren() : drawBar(root, section, bar)))
  const timeline = {
    turn: data.turn, there: !data.busy && Boolean(data.timeline_forms && data.cards?.length), timeline: data.timeline, forms: data.timeline_forms,
  }
  part(root, "timeline", timeline, (section) => drawTimeline(root, section, timeline))
  const changes = { changes: data.changes, pinned: data.pinned, noted: data.noted }
  part(root, "changes", changes, (section) => keepingPin(root, section, () => drawChanges(root, section, data.changes)))
  const report = { turn: data.turn, report: data.busy ? "" : data.report }
  part(root, "report", report, (section) => drawSearchReport(section, report))

  if (data.cards) keepInSight(root, data.scroll_to, Boolean(data.busy))
})
