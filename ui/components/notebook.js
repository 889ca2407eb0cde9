// The pinned quotes. What is typed into a note is sent after a pause, and kept in this window until the page confirms it.
const PAUSE_MS = 800
const kept = (number) => `dateline-note-${number}`

const keep = (number, draft) => {
  try {
    if (draft) sessionStorage.setItem(kept(number), JSON.stringify(draft))
    else sessionStorage.removeItem(kept(number))
  } catch {
    // The browser stores nothing; the note is sent after the pause.
  }
}
const draftOf = (number) => {
  try {
    return JSON.parse(sessionStorage.getItem(kept(number)) ?? "null")
  } catch {
    return null
  }
}

// The note that is being written is not replaced; another one shows what is stored.
const refreshNote = (root, field, pin) => {
  const draft = draftOf(pin.number)
  if (draft && draft.text.trim() === pin.note) keep(pin.number, null)
  if (draft && draft.text.trim() !== pin.note) {
    if (field.value !== draft.text) field.value = draft.text
    if (!field.waiting) field.waiting = setTimeout(() => sendNote(root, field, pin), PAUSE_MS)
  } else if (!field.waiting && field.value.trim() !== pin.note) field.value = pin.note
  field.stored = pin.note
}

const sendNote = (root, field, pin) => {
  clearTimeout(field.waiting)
  field.waiting = undefined
  const draft = draftOf(pin.number) ?? { text: field.value, was: field.stored }
  if (draft.text.trim() !== field.stored) root.act("note", { number: pin.number, ...draft })
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
    keep(pin.number, { text: field.value, was: draftOf(pin.number)?.was ?? field.stored })
    clearTimeout(field.waiting)
    field.waiting = setTimeout(() => sendNote(root, field, pin), PAUSE_MS)
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
      keep(pin.number, null)
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
    keep(number, null)
  }
  const wanted = []
  let asked = ""
  for (const pin of data.pins) {
    if (!root.entries.has(pin.number)) root.entries.set(pin.number, drawPinned(root, pin))
    const entry = root.entries.get(pin.number)
    refreshNote(root, entry.field, pin)
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
