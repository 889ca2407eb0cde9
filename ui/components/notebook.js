// The pinned quotes. What is typed into a note is sent after a pause, and kept in this window until the page confirms it.
const PAUSE_MS = 800
const kept = (pin) => `dateline-note-${pin.number}-${pin.key ?? ""}`

// A draft is { text, was, sent }: what is typed, the stored note that it changes, and what was sent of it.
const keep = (pin, draft) => {
  try {
    if (draft) sessionStorage.setItem(kept(pin), JSON.stringify(draft))
    else sessionStorage.removeItem(kept(pin))
  } catch {
    // The browser stores nothing; the note is sent after the pause.
  }
  pin.draft = draft
}
const draftOf = (pin) => {
  if (pin.draft !== undefined) return pin.draft
  try {
    return JSON.parse(sessionStorage.getItem(kept(pin)) ?? "null")
  } catch {
    return null
  }
}

const isOnItsWay = (root, pin) => root.clicks.some(({ name, value }) => name === "note" && value.number === pin.number)

const sendSoon = (root, field, pin) => {
  clearTimeout(field.waiting)
  field.waiting = setTimeout(() => sendNote(root, field, pin), PAUSE_MS)
}

// One at a time: the next one changes what this one has stored.
const sendNote = (root, field, pin) => {
  clearTimeout(field.waiting)
  field.waiting = undefined
  const draft = draftOf(pin)
  if (!draft || isOnItsWay(root, pin)) return
  draft.sent = draft.text.trim()
  keep(pin, draft)
  field.wasSent = true
  root.act("note", { number: pin.number, text: draft.sent, was: draft.was })
}

// The note that is being written is not replaced; another one shows what is stored.
const refreshNote = (root, field, pin, failed) => {
  field.stored = pin.note
  const draft = draftOf(pin)
  if (!draft) {
    if (field.value.trim() !== pin.note) field.value = pin.note
    return
  }
  if (field.value !== draft.text) field.value = draft.text
  if (isOnItsWay(root, pin)) return
  if (!field.wasSent) {
    if (!field.waiting) sendSoon(root, field, pin) // from before the page was loaded again
    return
  }
  if (draft.sent === undefined || failed) return // the page shows why it is not stored; the text stays
  // What was sent is stored, alone or below what another window wrote.
  if (draft.text.trim() === draft.sent) {
    keep(pin, null)
    if (pin.note !== draft.sent) field.value = pin.note
    return
  }
  const before = pin.note !== draft.sent && pin.note.endsWith(draft.sent) ? pin.note.slice(0, pin.note.length - draft.sent.length) : ""
  keep(pin, { text: before + draft.text, was: pin.note })
  if (before) field.value = before + draft.text
  sendSoon(root, field, pin)
}

const drawNote = (root, pin, about) => {
  const field = make("textarea", "note", pin.note)
  field.rows = 2
  field.placeholder = "Your note"
  field.maxLength = root.longest
  field.dir = "auto"
  field.setAttribute("aria-label", `Note on: ${about}`)
  field.stored = pin.note
  field.addEventListener("input", () => {
    keep(pin, { ...(draftOf(pin) ?? { was: field.stored }), text: field.value })
    sendSoon(root, field, pin)
  })
  field.addEventListener("blur", () => field.waiting && sendNote(root, field, pin))
  return field
}

const drawActs = (root, pin, about, field) => {
  const acts = make("div", "acts")
  const add = (name, act) => {
    const button = make("button", "act", name)
    button.type = "button"
    button.dataset.act = `${name} ${pin.number}`
    button.setAttribute("aria-label", `${name}: ${about}`)
    button.addEventListener("click", () => act(button))
    acts.append(button)
  }
  if (pin.key) {
    add("Open in the article", (button) => opens(button, () => root.act("open", pin.key)))
    add("Copy quote", (button) => copy(button, pin.cite))
  }
  add("Move up", () => root.act("move", { number: pin.number, by: -1 }))
  add("Move down", () => root.act("move", { number: pin.number, by: 1 }))
  add("Unpin", () => {
    if (!field.value.trim()) {
      root.act("unpin", pin.number)
      return
    }
    const asked = make("div", "asked")
    asked.setAttribute("role", "alert")
    const no = make("button", "act", "Keep")
    const yes = make("button", "act danger", "Unpin and delete the note")
    no.type = yes.type = "button"
    no.addEventListener("click", () => asked.replaceWith(acts))
    yes.addEventListener("click", () => {
      keep(pin, null)
      root.act("unpin", pin.number)
    })
    asked.append(make("span", "question", "This deletes your note, too."), yes, no)
    acts.replaceWith(asked)
    no.focus()
  })
  return acts
}

const drawPinned = (root, pin) => {
  const entry = make("li", "entry")
  const about = (pin.quote ?? pin.problem).slice(0, 80)
  if (pin.quote) entry.append(makeForeign("blockquote", "quote", pin.quote, pin.language), makeForeign("p", "where", pin.where))
  else entry.append(make("p", "problem", pin.problem))
  const field = drawNote(root, pin, about)
  entry.append(field, drawActs(root, pin, about, field))
  entry.field = field
  entry.pin = pin
  return entry
}

export default component("notebook", (root, data) => {
  download(data.file)
  root.longest = data.longest
  root.entries ??= new Map()
  if (!root.list) {
    root.list = make("ol", "list")
    root.menu = make("p", "menu")
    root.replaceChildren(root.menu, root.list)
  }
  const shown = JSON.stringify([data.forms, data.pins.length > 0])
  if (root.menuShown !== shown) {
    root.menuShown = shown
    root.menu.replaceChildren(...(data.pins.length ? [exporting(data.forms, (form) => root.act("export", form), "export-notebook")] : []))
  }
  const focused = root.getRootNode().activeElement
  const numbers = new Set(data.pins.map((pin) => pin.number))
  for (const [number, entry] of root.entries) {
    if (numbers.has(number)) continue
    entry.remove()
    root.entries.delete(number)
    keep(entry.pin, null)
  }
  const wanted = []
  let asked = ""
  for (const pin of data.pins) {
    if (!root.entries.has(pin.number)) root.entries.set(pin.number, drawPinned(root, pin))
    const entry = root.entries.get(pin.number)
    entry.pin.note = pin.note
    refreshNote(root, entry.field, entry.pin, data.failed)
    if (pin.asked !== asked) {
      entry.heading ??= make("li", "asked-for")
      entry.heading.replaceChildren(makeForeign("h2", "heading", pin.asked))
      wanted.push(entry.heading)
    }
    asked = pin.asked
    wanted.push(entry)
  }
  for (const old of [...root.list.children]) if (!wanted.includes(old)) old.remove()
  // What is in its place stays there: an element that is moved loses the focus.
  wanted.forEach((element, place) => {
    if (root.list.children[place] !== element) root.list.insertBefore(element, root.list.children[place] ?? null)
  })
  if (focused && focused !== root.getRootNode().activeElement && focused.isConnected) focused.focus({ preventScroll: true })
})
