// The keys of the whole page, and the list of them. A dialog of the browser's own: it keeps the focus, and Esc closes it.
const KEYS = [
  ["/ or Ctrl+K", "Go to the question box"],
  ["↑", "Edit your last question, in an empty box"],
  ["← →", "Previous and next quote of the open article"],
  ["Esc", "Close the article or this list"],
  ["?", "Show this list"],
]
const WAIT_MS = 10000

const box = () => document.querySelector(".st-key-question textarea")

// Streamlit's box takes a text only from what looks like typing.
const write = (field, text) => {
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, text)
  field.dispatchEvent(new Event("input", { bubbles: true }))
}

const drawKeys = (root) => {
  const dialog = make("dialog", "keys")
  dialog.setAttribute("aria-labelledby", "keys-title")
  const title = make("h2", "keys-title", "Keys")
  title.id = "keys-title"
  const list = make("dl", "list")
  for (const [key, does] of KEYS) list.append(make("dt", "key", key), make("dd", "does", does))
  const close = make("button", "act", "Close")
  close.type = "button"
  close.addEventListener("click", () => dialog.close())
  dialog.append(title, list, close)
  root.replaceChildren(dialog)
}

const press = (event) => {
  const page = window.datelineKeys
  const target = event.composedPath()[0]
  const typing = target.closest?.("input, textarea, select, [contenteditable]")
  const plain = !event.altKey && !event.ctrlKey && !event.metaKey
  const field = box()
  if (field && ((event.key === "/" && plain && !typing) || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)))) {
    event.preventDefault()
    field.focus()
  } else if (event.key === "ArrowUp" && plain && target === field && !field.value && page.last) {
    event.preventDefault()
    write(field, page.last)
  } else if (event.key === "?" && plain && !typing) {
    const dialog = page.root.querySelector("dialog")
    if (!dialog.open) dialog.showModal()
  }
}

// Not on a phone, where a keyboard would cover the page.
const focusAtLoad = (since) => {
  const field = box()
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
