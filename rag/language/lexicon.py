"""Word lists: what news says in different words, and which words turn a sentence round.

Written by hand from general news English. A comma ends a group; the checks read the words by
their stems, so "agrees", "agreed" and "agreement" are one. Each list is as short as its use
allows: a false synonym hides a false word, a missing one doubts a true sentence.
"""

from index.text.terms import terms

LINKING = "of the and de al bin von van for".split()

TITLES = frozenset(
    """prime minister president chancellor premier king queen prince princess sir dame lord lady mr mrs ms dr doctor
    professor prof mayor governor senator councillor councilor judge justice general colonel captain sergeant chief
    director secretary chairman chairwoman chair chief executive inspector officer pope bishop archbishop rev father
    ambassador foreign finance interior defence defense justice health former vice deputy advisor adviser""".split()
)

# With one of these a name is another one: "North Korea".
MAKING_ANOTHER = frozenset("north south east west northern southern eastern western new old great upper lower".split())

ROLES = "spokesperson|spokesman|spokeswoman|official|director|chief|head|chair|leader|manager|minister|mayor|secretary"


SAYING = """say says said tell tells told stated claim claims claimed allege alleges alleged argue argues argued adds
    added noted insist insists insisted warn warns warned believe believes believed explain explains explained declare
    declares declared assert asserts asserted contend contends contended maintain maintains maintained suggest suggests
    suggested describe describes described remarked wrote""".split()


_BE = frozenset("is are was were be been being am isn't aren't wasn't weren't".split())

AUXILIARIES = _BE | frozenset(
    """do does did has have had can could will would shall should may might must don't doesn't didn't hasn't haven't
    hadn't can't couldn't won't wouldn't shouldn't""".split()
)

PREPOSITIONS = frozenset(
    """about after against among around as at before behind between by during for from in into like near of off on
    over since than through to toward towards under until up upon via with within without""".split()
)

# Words that say nothing of the topic, beside the stop words.
FILLERS = frozenset(
    """also another anybody anyone anything away bit briefly clarify detail details elaborate else elsewhere ever
    everybody everyone everything exactly example explain far former further get gets give goes going hello hi
    information kind know latter lot make maybe mean means might mind must nobody nothing ok okay one ones others part
    people perhaps place precisely quite really regarding result shall show somebody someone something sort still
    summarise summarize sure take takes thank thanks thing things think time understand way well yes yet""".split()
)

FILLER_TERMS = frozenset(term for word in FILLERS for term in terms(word))

# When something was or will be is seldom what the talk is about: "And in March?"
TIMES = frozenset(
    """january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday today yesterday tomorrow tonight morning afternoon evening night day days week weeks
    weekend month months spring summer autumn fall winter year years decade century now recently soon last next past
    early late later earlier""".split()
)

REPORTING = frozenset(
    """acknowledged added admitted agreed announced argued believed claimed confirmed decided denied explained expected
    feared found hoped insisted knew know knows noted promised reported said say says stated think thinks thought
    told tell tells warned""".split()
)


# Verbs whose forms have no common stem.
IRREGULAR = """
    arise arose arisen, become became, begin began begun, bring brought, build built, buy bought, catch caught, choose
    chose chosen, come came, do did done, draw drew drawn, drive drove driven, eat ate eaten, fall fell fallen, feel
    felt, fight fought, find found, fly flew flown, free freed, get got gotten, give gave given, go went gone, grow grew
    grown, have had, hear heard, hide hid hidden, hold held, keep kept, know knew known, lay laid, lead led, leave left,
    lend lent, lose lost, make made, mean meant, meet met, overcome overcame, pay paid, plead pled, ride rode ridden,
    ring rang rung, rise rose risen, run ran, see saw seen, seek sought, sell sold, send sent, shake shook shaken, shoot
    shot, show shown, shrink shrank shrunk, sink sank sunk, speak spoke spoken, spend spent, stand stood, steal stole
    stolen, strike struck stricken, swear swore sworn, take took taken, teach taught, tell told, think thought, throw
    threw thrown, wear wore worn, win won, withdraw withdrew withdrawn, write wrote written
"""

# British and American spellings that have no common stem.
SPELLINGS = """
    aluminium aluminum, analyse analyze, centre center, cheque check, colour color, defence defense, favour favor,
    fibre fiber, grey gray, harbour harbor, honour honor, kerb curb, labour labor, licence license, litre liter,
    manoeuvre maneuver, metre meter, neighbour neighbor, offence offense, paralyse paralyze, plough plow, programme
    program, pyjamas pajamas, sceptical skeptical, storey story, theatre theater, tyre tire
"""

# Words that may stand for each other in a news sentence.
SAME = """
    accident crash collision, date time timeline timeframe timetable framework schedule, fixed set, near close nearby
    beside, ferry vessel boat ship, people person individual suspect, display show exhibit, nobody none no,
    communication communicate, lunch meal dinner, outcome result, accelerate speed streamline, originally initially
    first, vote ballot, accord agreement deal pact treaty, acknowledge admit concede confess accept recognise, acquire
    buy purchase procure, acquisition purchase takeover, action move step measure, actor performer, additional another
    extra further more, age year old, agency authority body organisation, aide adviser advisor, aim goal objective
    target purpose, aircraft plane jet, airline carrier, allegation accusation claim charge, alleged suspected, allow
    enable let permit, alternative substitute, amount quantity volume level, amount sum, angry furious, announce declare
    disclose reveal say state unveil, answer reply respond response reaction, appoint name nominate pick, approval
    authorisation clearance consent permission, approve authorise back clear endorse pass adopt, area district region
    zone, argue contend maintain insist, army military troops forces soldiers, arrest detain capture apprehend, ask
    request, aspect feature detail characteristic trait, assault attack raid strike, assist aid help support, assistance
    aid help support, attempt try effort bid endeavour, attend visit, audience viewer spectator, author writer novelist,
    authorities officials, away far distant remote, baby infant newborn, backing support, ban bar forbid outlaw
    prohibit, bank lender, basic fundamental, battle fight clash combat, beautiful stunning, begin start launch open
    commence initiate kick, beginning start outset, big large huge great massive major vast sizeable, blast explosion,
    blaze fire wildfire inferno, bloc alliance group, boost raise increase lift, border frontier, boss chief head leader
    chairman executive ceo director president, brand label, brave courageous, break breach violate exceed surpass top,
    brief short, briefing conference, broad wide, brother sibling sister, build construct erect, building premises,
    building structure, burn incinerate, bus coach, business company corporation enterprise firm, buyer customer client
    shopper consumer, call name dub nickname term, called known nicknamed dubbed named referred described termed, calm
    quiet peaceful, cancel scrap drop abandon axe, candidate contender, car vehicle automobile, care treatment, carmaker
    automaker, carry conduct execute perform undertake implement hold, carve form create shape sculpt, cat feline,
    cattle livestock, cause trigger prompt spark lead, ceasefire truce armistice, centre heart core middle hub, certain
    sure, chairman chairwoman chair, change alter shift transform modify adjust amend move, chief main principal key
    leading major, child kid boy girl youngster, chip semiconductor, choose pick select elect, church cathedral, citizen
    national, city town capital, clean pure, clever smart intelligent, climb rise grow increase gain jump soar surge
    rocket expand, close shut, coach manager, coalition alliance, coast shore seaside, combat fight tackle counter, come
    arrive, common widespread prevalent, company firm giant group business, complete finish conclude end, complete total
    full entire whole, concern worry fear anxiety, condition state, conflict war fighting, consequence aftermath effect
    fallout impact outcome repercussion aftershock, contain control curb limit restrain check, contest race election,
    contract agreement, controversial contentious, cooperate collaborate work, cooperation collaboration partnership,
    corpse body remains, cost price expense, country nation state, coup putsch, couple pair two, court judge tribunal,
    create form make establish set, crime offence, crisis emergency, critic opponent, criticise condemn denounce slam
    blast attack, crop harvest, crowd gathering throng, crucial pivotal, custody detention, custom tradition, cut reduce
    lower slash trim, cyberattack hack, damage harm destroy hurt, dangerous hazardous risky unsafe, deadly fatal, death
    demise passing killing, debate discuss talk, debris rubble wreckage, debt loan borrowing, decision ruling verdict
    judgment, decline drop fall decrease slump plunge tumble slide sink dip plummet reduction downturn slip shrink lower
    down, defeat beat, delay postpone, deliver provide supply give, delivery implementation rollout, demand call urge,
    demonstration protest rally march, deploy send dispatch station, destroy demolish raze, detail specifics
    information, develop evolve advance progress, device phone smartphone handset, die dead death kill perish fatality,
    difficult hard tough, dirty polluted, disaster catastrophe calamity tragedy, discover find observe detect spot,
    discovery finding, discussion talk negotiation dialogue meeting, disease illness sickness ailment, dismiss fire sack
    oust remove, dispute row feud argument, distribute share, doctor physician medic, document paper file record, dog
    canine, draft propose, driver motorist, drop dip decrease lessening depletion, drug medicine medication, drug
    narcotic, duty responsibility task, early initial, earnings profit, earthquake quake tremor, economy economic,
    effort attempt move bid initiative campaign drive endeavour, elderly older old, elect vote, election vote poll
    ballot, elevated high, employ hire recruit, employee staff worker personnel, employment job work, encourage urge,
    end finish stop halt cease conclude, enemy foe, energy power, enforce impose apply, engage involve, enormous
    colossal, enough sufficient adequate, ensure guarantee secure, enter join, envoy ambassador diplomat representative,
    error mistake, estimate forecast predict project expect anticipate foresee guide, evacuate displace, evidence proof
    sign trace, examine study inspect investigate probe scrutinise review look, expand extend widen broaden, expect
    anticipate likely, expensive costly, expert specialist analyst, explain clarify, explode detonate, export ship,
    extremely very highly hugely massively widely, factory plant, fall drop collapse plunge tumble plummet, family
    relative household kin, famous renowned celebrated noted, farm ranch, farmer grower, fast quick rapid swift, father
    dad, figure personality celebrity star influencer sensation, film movie, final last, finance fund money, fine
    penalty, flat apartment, flee escape leave, flight plane, flood inundate deluge, focus concentrate, food meal,
    foolish stupid, footage video clip, forecast outlook projection estimate guidance, foreign overseas abroad external,
    former erstwhile, former ex previous past, found establish, fraud scam swindle, free release, frequent regular,
    fresh new recent latest updated novel, friend companion, fuel petrol gas gasoline, funds money cash, gang mob,
    garbage rubbish trash waste, gather assemble meet convene congregate gathering meeting, gaze look peer peek view
    watch, general overall, get become turn grow, gift donation, global world worldwide international, glow luminous
    radiant bright shine gleam, goods product merchandise, government administration cabinet authorities ministry
    federal, gradual slow, grapple cope deal struggle contend face handle manage, group organisation band, growth rise
    increase, guidance guideline recommendation rule advice, guilty convicted, gun weapon firearm rifle, gunman shooter
    attacker, halt stop suspend pause, hangout haunt, happen occur take, happy glad joyful delighted, harbour port, have
    possess own hold, health medical, hearing trial, heavy severe serious, hidden concealed, hide conceal, hike rise
    increase, historic landmark, hit strike, holy sacred, home house residence dwelling, hope wish, hospital clinic,
    host presenter, hostage captive, huge enormous massive giant vast immense tremendous hugely enormously massively
    immensely, hurt injure wound, husband spouse partner, idea concept notion, identify name recognise, ill sick unwell,
    illegal unlawful illicit, image picture photo photograph, immediately instantly promptly, important crucial key
    vital critical significant, inaugurate open, incident event episode, include contain comprise feature cover,
    individual person, inform tell notify, inmate prisoner detainee captive, inquiry investigation probe, inside within
    in, intense fierce, internet web online, invade invasion, issue problem matter, jail imprison, job post position
    role, joint shared, journalist reporter correspondent, judge court magistrate justice, justify warrant, keep retain
    maintain hold, kill slay dead die perish, kind type sort form, label mark, landslide mudslide, law legislation act
    statute bill, lawmaker legislator mp senator congressman parliamentarian, lawsuit suit case, lawyer attorney
    solicitor barrister counsel, layoff redundancy, lead head chair, leave depart exit quit, legal lawful, lengthy long,
    letter note, level height, link connect tie relate, live reside, local regional, location place site spot venue
    point area, lorry truck, lose loss, loud noisy, low small, main primary chief principal, majority most, man male,
    manage run operate, manner way, manufacture make produce, manufacturer maker producer, many numerous several
    various, market sell, match game, meet hold, meeting talks summit encounter, member part, merger takeover
    acquisition, method way means, military armed defence, minister official, ministry department office, missing lost,
    modern contemporary, monitor watch track observe oversee, mother mum mom, movement motion, mutual reciprocal, narrow
    slim, nearly almost about around roughly approximately, need require, neighbourhood district area, network web,
    notable prominent, novel book, number figure total, object oppose, obtain get gain receive secure acquire capture
    take, obvious evident apparent clear, offender perpetrator culprit attacker assailant, offer provide propose, office
    bureau headquarters, official officer authority, oil crude petroleum, ongoing continuing, operation mission,
    opponent rival, opportunity chance, order instruct direct tell command mandate require demand, organise arrange
    hold, originally initially, outbreak epidemic, overhaul reform, owing due because, owner holder, owner proprietor,
    painting artwork, parliament legislature assembly, part portion section, participate join attend, particularly
    especially notably, party celebration, passenger traveller rider commuter, path route way track trail pathway, pause
    break rest hiatus respite, pay wage salary, percent percentage, period time, permanent lasting, phase stage, phone
    telephone mobile, photograph picture snap, plan intend aim project scheme proposal programme, planned scheduled,
    pleased happy glad, plot conspiracy, police officer cop, policy rule, politician lawmaker, pollution contamination,
    poor impoverished, popular beloved, popularity demand, post share publish upload, potential possible, power
    electricity, praise commend hail laud, premier minister, preserve protect, prevent avert block stop, previously
    earlier before, price cost fare, priest cleric clergyman, prison jail, private personal, prize award honour,
    procedure process, promise pledge vow commit, property estate, proposal plan suggestion, propose suggest recommend,
    prosecute charge, protect defend guard safeguard, protester demonstrator activist, prove demonstrate show, provide
    give offer supply, publish release issue print, pupil student schoolchild, put place, question query ask, queue
    line, quit resign leave step, quite fairly, rain rainfall downpour, raise increase lift hike up, rapidly quickly
    fast, rare uncommon unusual, rate pace, reach hit touch, ready prepared, reason cause, rebel insurgent militant,
    recent past last late, recover retrieve, reduce cut lower decrease, referendum plebiscite, refuse decline reject,
    regard consider, regulation rule law guideline, regulator watchdog, religion faith, remain stay, remove delete erase
    eliminate withdraw uninstall, repair fix mend, report say inform note, representative delegate, rescue save,
    researcher scientist, resident inhabitant local villager, residential housing, respond react, restore resume,
    restriction curb limit, result outcome, return back, reveal show disclose expose uncover, revenue sale turnover
    taking, review assess evaluate, riot unrest, rise increase up, rise uptick, river stream, road street highway
    motorway, robbery theft burglary heist, rocket missile, role function, ruined destroyed, rumour speculation, sad
    unhappy, safe secure, safety security, sanction penalty, scale size, scarce rare, scared afraid frightened, schedule
    plan, search hunt, season campaign, secret hidden covert, sell sale, senior top, separate distinct, serious grave
    severe, share stock, shareholder investor stakeholder, sharp steep dramatic significant drastic, shelter refuge,
    ship vessel boat, shoot fire gun, shop store retailer, shortage scarcity lack, shot fired, show display reveal
    demonstrate present, sign ink, significant substantial considerable, similar alike, singer vocalist musician artist,
    situation condition, slowdown downturn recession, small little minor tiny, smuggling trafficking, software program
    programme, soldier troop, song track tune, spacecraft probe, speak talk, speech address remark comment, speed pace,
    spokesman spokeswoman spokesperson spokesman's, stadium arena, stake share holding, storm cyclone, storm hurricane,
    storm typhoon, straight consecutive row running, strange odd unusual weird peculiar, strategy plan, strengthen
    reinforce bolster, strike walkout, strong powerful robust, study survey research, submit file lodge, subsidiary
    unit, success achievement, sudden abrupt, suggest indicate, supplier vendor provider, supporter backer follower fan
    ally, surplus excess, surprising unexpected astonishing startling, suspect believe think, symptom sign, tale story,
    tax levy duty tariff, teacher instructor, team squad side, teenager teen youth, telescope observatory, temporary
    interim provisional, therapy treatment, threat danger risk, tie link relation relationship, title championship crown
    trophy, tool system platform software application app, total overall, tourist visitor traveller, trade commerce,
    train locomotive, train teach, transnational cross-border international, transport carry, travel trip journey, trip
    tour visit, triumph victory win, unclear uncertain, understand know, unidentified unknown unnamed unspecified
    undisclosed, unmanned uncrewed drone, unprecedented never, upgrade improve, urgent emergency, use utilise employ,
    vacant empty, vaccine vaccination jab shot inoculation, value worth, victim casualty, view opinion, village hamlet,
    violence unrest, virus coronavirus covid, voter electorate, warn caution alert, weak feeble, wealthy rich affluent,
    weapon arms, website site page portal, weekly week, wife spouse partner, withdraw pull, witness onlooker bystander,
    witness see observe view, woman female, wood forest woodland, work job labour, worker employee labourer, worsen
    deteriorate, write pen, wrong incorrect, yearly annual, young youth, youngster youth
"""

# Places and their people, where the one is not the other with an ending.
PEOPLES = """
    america american us usa states, britain british uk briton england english kingdom, china chinese beijing, denmark
    danish dane, europe european eu, finland finnish finn, france french, germany german, greece greek, ireland irish,
    netherlands dutch holland, norway norwegian, philippines filipino philippine, poland polish pole, portugal
    portuguese, russia russian moscow, scotland scottish, spain spanish spaniard, sweden swedish swede, switzerland
    swiss, thailand thai, turkey turkish turkiye, ukraine ukrainian kyiv, wales welsh
"""

# What stands left of the bar turns round what stands right of it.
OPPOSITES = """
    increase rise grow gain climb jump soar surge up raise higher boost growth expand lift | decrease fall
        decline drop reduce tumble slump plunge lower down cut shrink slide plummet sink dip,
    accept approve back support endorse welcome favour agree | reject refuse oppose condemn veto decline
        disagree,
    allow permit enable legalise authorise | ban bar forbid block prohibit prevent outlaw stop,
    more most greater above over | less fewer least below under,
    win won victory beat triumph | lose lost loss,
    arrest detain jail imprison capture | release free acquit,
    begin start launch open commence | end finish stop halt close cease conclude,
    include | exclude omit,
    add install | remove delete uninstall withdraw,
    profit surplus | loss deficit,
    buy import purchase | sell export sale,
    guilty convict | innocent acquit,
    large big huge major | small little minor tiny,
    high | low,
    strong strengthen | weak weaken,
    early earlier | late later,
    old ancient | new recent latest fresh modern,
    young | old elderly,
    public | private secret,
    legal lawful | illegal unlawful illicit,
    voluntary optional | mandatory compulsory,
    official | personal unofficial,
    possible likely | impossible unlikely,
    safe | dangerous unsafe,
    success succeed pass | fail failure,
    all every everyone everything always | none nobody nothing never,
    man men | woman women,
    male | female,
    boy | girl,
    son | daughter,
    brother | sister,
    father | mother,
    husband | wife,
    alive survive | dead die kill,
    arrive enter join come | leave depart quit exit go,
    remember | forget,
    deny | admit confirm acknowledge confess,
    praise hail | criticise condemn denounce,
    improve better best | worsen worse worst deteriorate,
    expand extend widen | shrink narrow,
    peace ceasefire truce | war fighting,
    ally friend | enemy foe rival,
    north northern | south southern,
    east eastern | west western,
    hot heat warm | cold cool freeze,
    right correct | wrong incorrect,
    rich wealthy | poor,
    inside within indoors | outside outdoors,
    national domestic home | foreign international overseas,
    near close nearby | distant remote far faraway,
    known | unknown,
    despite | due because owing following after,
    minimum | maximum,
    majority | minority,
    military | civilian,
    urban | rural,
    day | night,
    keep retain maintain | remove delete drop scrap abandon cancel abolish,
    create build construct establish | destroy demolish dismantle,
    attack | defend,
    borrow | lend,
    employ hire | fire sack dismiss,
    positive optimistic | negative pessimistic,
    permanent | temporary,
    present | absent,
    quick fast rapid swift | slow,
    full | empty,
    easy | difficult hard tough,
    visible | invisible,
    complete | incomplete,
    active | inactive,
    regular | irregular,
    accurate | inaccurate,
    connect | disconnect,
    approve | disapprove,
    agree | disagree,
    appear | disappear,
    qualify | disqualify,
    direct | indirect,
    adequate sufficient | inadequate insufficient,
    save rescue | kill endanger,
    protect | harm threaten,
    import | export,
    parent | child
"""

# What else a person is beside `facts.ROLES`. Some words here and in the next two lists are regular expressions.
MORE_ROLES = """
    executive president ceo cfo professor analyst founder co-founder lawyer attorney inspector superintendent
    councillor senator author owner coach captain economist commissioner governor ambassador chairman chairwoman
    sergeant officer organi[sz]er researcher scientist engineer editor judge prosecutor activist correspondent
    lawmaker general strategist advis[eo]r counsel partner
"""

# What is in the name of a body and of no person.
BODIES = """
    Agency Associates? Association Bank Bureau Capital Center Centre Church City Club College Commission Committee
    Company Corp Council Court Department Foundation Fund Group Health Hospital House Inc Institute Journal Labs? Law
    League LLC Ltd Media Ministry Museum News Office Organi[sz]ation Partners Party Police Post Press Research School
    Securities Services? Society State States Studios? Systems? Team Technolog(?:y|ies) Times Trust TV Union United
    University Ventures
"""

# Verbs that tell what somebody said, beside `claims.SAYING`, where "that" or a quotation follows.
SPEAKING = """
    admitted admits admit acknowledged acknowledges advised announced announces asked asks believed believes
    boasted called cautioned cautions clarified commented complained conceded concedes concluded concludes confirmed
    confirms continued denied denies disclosed emphasised emphasized estimated estimates expressed hoped hopes
    joked lamented pledged pleaded predicted predicts promise promised promises proposed quipped reiterated
    replied reported reports responded retorted revealed reveals speculated stressed stresses swore testified thinks
    thought tweeted urged urges vowed vows
"""

# What speaks as a body: the last word of it, with a capital or without.
SPEAKING_BODIES = """
    administration agency airline alliance army association authorit(?:y|ies) bank board broadcaster bureau cabinet
    campaign carmaker chain charity club college commission committee communiqu[eé] company companies congress
    corporation council court daily department embassy federation firm force foundation government group institute
    journal kremlin magazine manufacturer media military ministry ministries museum network newspaper news office
    organi[sz]ation outlet outlets palace panel paper papers parliament party pentagon police prosecution publication
    records regulator release reports? retailer senate service society startup statement station studio study survey
    team tribunal union university watchdog website motors airlines airways times post inc corp ltd llc plc reuters
"""
