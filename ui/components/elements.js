// Shared by all components; placed before each component's own script. Foreign text is only ever set as textContent:
// it is shown exactly as written, runs nothing and fetches nothing.
const make = (tag, className, text) => {
  const element = document.createElement(tag)
  element.className = className
  if (text !== undefined) element.textContent = text
  return element
}

// Text that may be in any script: it has the direction of its own, and the glyphs and the voice of its language.
const makeForeign = (tag, className, text, language) => {
  const element = make(tag, className, text)
  element.dir = "auto"
  if (language) element.lang = language
  return element
}

const questionBox = () => document.querySelector(".st-key-question textarea")

// Streamlit's box takes a text only from what looks like typing.
const typeInto = (box, text) => {
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text)
  box.dispatchEvent(new Event("input", { bubbles: true }))
}

// What is said to a reader who does not see the page.
const announce = (words) => {
  const region = (window.datelineStatus ??= make("div", "dl-status"))
  region.setAttribute("role", "status")
  if (!region.isConnected) document.body.append(region)
  region.textContent = words
}

// Without a secure connection a browser has only the older of the two ways.
const copyText = async (button, text) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const field = make("textarea", "copied", text)
  button.after(field)
  field.select()
  const done = document.execCommand("copy")
  field.remove()
  button.focus()
  if (!done) throw new Error("not copied")
}

// Copies a text, and says in the button whether that went well.
const SAID_MS = 2000
const copy = async (button, text) => {
  const name = (button.named ??= button.textContent)
  const said = await copyText(button, text).then(
    () => "Copied",
    () => "Your browser does not allow copying",
  )
  button.textContent = said
  announce(said)
  clearTimeout(button.saying)
  button.saying = setTimeout(() => {
    button.textContent = name
    announce("")
  }, SAID_MS)
}

// Remembers which button opened the drawer, so that closing it returns the focus there.
const opens = (button, open) => {
  window.datelineOpener = button
  open()
}

// Parts that have not changed stay as they are, so that nothing flickers and the focus is kept.
const part = (root, name, data, draw) => {
  root.parts ??= {}
  const drawn = JSON.stringify(data)
  const old = root.parts[name]
  if (old?.drawn === drawn) return
  const section = old?.section ?? make("div", `part-${name}`)
  if (!old) root.append(section)
  draw(section)
  root.parts[name] = { drawn, section }
}

// Streamlit drops a click if the page is redrawn before the click is handled. So a click is sent again until the page
// confirms it, for a minute at most.
const REPEAT_MS = 3000
const FORGET_MS = 60000

const send = (root) => {
  clearTimeout(root.repeating)
  if (!root.isConnected) return
  const now = Date.now()
  root.clicks = root.clicks.filter((click) => now - click.at < FORGET_MS)
  root.setStateValue("clicks", root.clicks)
  if (root.clicks.length) root.repeating = setTimeout(() => send(root), REPEAT_MS)
}

// Wraps a component's own script: `draw` gets its root, where `act` hands a click to the page, and its data.
const component = (name, draw) => ({ data: [data, about, done], parentElement, setStateValue }) => {
  const root = parentElement.querySelector(`.${name}-root`)
  root.setStateValue = setStateValue
  root.clicks = (root.clicks ?? []).filter((click) => click.about === about && !done.includes(click.id))
  if (!root.clicks.length) clearTimeout(root.repeating)
  root.act = (name, value) => {
    const at = Date.now()
    root.clicks.push({ id: `${at}-${Math.random()}`, about, name, value, at })
    send(root)
  }
  draw(root, data)
}

// The file is made here, so that no part of an answer is in an address. The page sends a file more than once, in case
// a redraw replaces it before it arrives; the browser saves it once.
const saved = (window.datelineSaved ??= new Set())
const download = (file) => {
  if (!file || saved.has(file.key)) return
  saved.add(file.key)
  const bytes = Uint8Array.from(atob(file.content), (character) => character.charCodeAt(0))
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([bytes], { type: file.type }))
  link.download = file.name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

// The menus and folds that are open, by name. They stay open if they are drawn again, or if their component is built again.
const opened = (window.datelineOpened ??= new Set())
const setOpened = (name, open) => (open ? opened.add(name) : opened.delete(name))

// A fold whose content is drawn when it is opened: otherwise a search in the page would find words that are not seen.
const folding = (className, label, name, draw) => {
  const fold = make("details", className)
  const shown = make("div", "shown")
  const redraw = () => {
    shown.replaceChildren()
    if (fold.open) draw(shown)
  }
  fold.open = opened.has(name)
  redraw()
  fold.addEventListener("toggle", () => {
    if (fold.open === opened.has(name)) return
    setOpened(name, fold.open)
    redraw()
  })
  fold.append(make("summary", "what", label), shown)
  return fold
}

// A button that opens a menu of export formats.
const exporting = (forms, choose, name) => {
  const menu = make("span", "exporting")
  const button = make("button", "act export", "Export")
  button.type = "button"
  const choices = make("span", "forms")
  const show = (open) => {
    setOpened(name, open)
    choices.hidden = !open
    button.setAttribute("aria-expanded", String(open))
  }
  show(opened.has(name))
  for (const form of forms) {
    const choice = make("button", "act form", form.name)
    choice.type = "button"
    choice.addEventListener("click", () => choose(form.key))
    choices.append(choice)
  }
  button.addEventListener("click", () => show(choices.hidden))
  menu.append(button, choices)
  return menu
}
