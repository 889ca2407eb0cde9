// The keys of the whole page, and the list of them. A dialog of the browser's own: it keeps the focus, and Esc closes it.
const KEYS = [
  ["/ or Ctrl+K", "Go to the question box"],
  ["↑", "Edit your last question, in an empty box"],
  ["← →", "Previous and next quote of the open article"],
  ["Esc", "Close the article or this list"],
  ["? or Ctrl+/", "Show this list"],
]
const SINGLE = "dateline-single-keys" // "off" if "/" and "?" alone do nothing, as WCAG 2.1.4 demands it can be
const WAIT_MS = 10000

const hasSingleKeys = () => {
  try {
    return localStorage.getItem(SINGLE) !== "off"
  } catch {
    return true // the browser stores nothing
  }
}

const drawKeys = (root) => {
  const dialog = make("dialog", "keys")
  dialog.setAttribute("aria-labelledby", "keys-title")
  const title = make("h2", "keys-title", "Keys")
  title.id = "keys-title"
  const list = make("dl", "list")
  for (const [key, does] of KEYS) list.append(make("dt", "key", key), make("dd", "does", does))
  const single = make("label", "single")
  const choice = document.createElement("input")
  choice.type = "checkbox"
  choice.checked = hasSingleKeys()
  choice.addEventListener("change", () => {
    try {
      localStorage.setItem(SINGLE, choice.checked ? "on" : "off")
    } catch {
      choice.checked = true // it cannot be switched off here
    }
  })
  single.append(choice, " Use the keys / and ? alone")
  const close = make("button", "act", "Close")
  close.type = "button"
  close.autofocus = true
  close.addEventListener("click", () => dialog.close())
  dialog.append(title, list, single, close)
  root.replaceChildren(dialog)
}

const press = (event) => {
  const page = window.datelineKeys
  const target = event.composedPath()[0]
  const typing = target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]")
  const control = event.ctrlKey || event.metaKey
  const plain = !event.altKey && !control
  const single = plain && !typing && hasSingleKeys()
  const key = event.key?.toLowerCase() // some programs that fill in forms send events without a key
  const field = questionBox()
  if (field && ((key === "/" && single) || (key === "k" && control))) {
    event.preventDefault()
    field.focus()
  } else if (key === "arrowup" && plain && target === field && !field.value && page.last) {
    event.preventDefault()
    typeInto(field, page.last)
  } else if ((key === "?" && single) || (key === "/" && control)) {
    const dialog = page.root.querySelector("dialog")
    event.preventDefault()
    if (!dialog.open) dialog.showModal()
  }
}

// Not on a phone, where a keyboard would cover the page.
const focusAtLoad = (since) => {
  const field = questionBox()
  if (field && document.activeElement === document.body) field.focus({ preventScroll: true })
  else if (!field && Date.now() - since < WAIT_MS) setTimeout(() => focusAtLoad(since), 50)
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".keys-root")
  if (!root.firstChild) drawKeys(root)
  const first = !window.datelineKeys
  window.datelineKeys = { root, last: data }
  if (!first) return
  document.addEventListener("keydown", press, { capture: true })
  const atArticle = new URL(window.location.href).searchParams.has("article")
  if (!atArticle && window.matchMedia("(hover: hover)").matches) focusAtLoad(Date.now())
}
