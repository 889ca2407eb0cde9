// Closing the drawer must not add a step to the history: otherwise Back would open the article again. Streamlit
// only ever adds steps, and treats every step back as the reader's. So this script does not go back either: it makes
// the step of the closed article show the same as the one before, and the next step replaces it.
//
// A reader who comes back to a chat finds it as it was left: Streamlit forgets where it was scrolled to, and what was
// typed into the box.
const KEEP_MS = 10000 // the longest time that a chat may take to be drawn again
const STEADY_MS = 1000
const LOOK_MS = 50

const shownAt = (address) => {
  const { searchParams } = new URL(address, window.location.href)
  return { page: searchParams.get("page") ?? "", chat: searchParams.get("chat") ?? "" }
}
const nameOf = ({ page, chat }) => `${page} ${chat}`

// The part of the page that scrolls.
const scroller = () => {
  let element = window.datelineMain?.getRootNode().host
  while (element && !/auto|scroll/.test(getComputedStyle(element).overflowY)) element = element.parentElement
  return element
}

const left = { tops: new Map(), typed: new Map() }

const leave = (address) => {
  const shown = shownAt(address)
  const main = scroller()
  if (main) left.tops.set(nameOf(shown), main.scrollTop)
  if (!shown.page) left.typed.set(shown.chat, questionBox()?.value ?? "")
}

const comeBack = (from, to) => {
  left.stop?.()
  const [before, shown] = [shownAt(from), shownAt(to)]
  const top = left.tops.get(nameOf(shown))
  let text = before.page && !shown.page ? left.typed.get(shown.chat) : ""
  const ended = new AbortController()
  left.stop = () => ended.abort()
  // What the reader does now counts more.
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"])
    window.addEventListener(kind, left.stop, { capture: true, passive: true, signal: ended.signal })
  const since = Date.now()
  let steady = { since, height: 0 }
  const look = () => {
    const [main, now] = [scroller(), Date.now()]
    if (ended.signal.aborted || now - since > KEEP_MS) return
    const box = questionBox()
    if (text && box && !box.value) typeInto(box, text)
    if (box?.value === text) text = ""
    // The page is drawn from the top, and stays at its end while it grows.
    const moved = main && top !== undefined && Math.abs(main.scrollTop - top) > 1
    if (moved && main.scrollHeight - main.clientHeight >= top - 1) main.scrollTop = top
    const height = main?.scrollHeight ?? 0
    if (moved || height !== steady.height || document.querySelector("[data-stale=true]")) steady = { since: now, height }
    if (text || (top !== undefined && now - steady.since < STEADY_MS)) setTimeout(look, LOOK_MS)
  }
  look()
}

export default function ({ parentElement }) {
  window.datelineMain = parentElement
  if (window.datelineHistory) return
  window.datelineHistory = true
  const history = window.history
  const push = history.pushState.bind(history)
  const opened = (address) => new URL(address, window.location.href).searchParams.has("article")
  const place = () => ({ step: history.state?.datelineStep ?? 0, double: Boolean(history.state?.datelineDouble) })
  let at = place()
  let current = window.location.href
  history.pushState = (state, title, address) => {
    const from = window.location.href
    const to = new URL(address ?? from, from).href
    const elsewhere = nameOf(shownAt(from)) !== nameOf(shownAt(to))
    if (elsewhere) leave(from)
    if (opened(from) && !opened(to) && history.state?.datelineFrom === to) {
      history.replaceState({ ...state, datelineStep: at.step, datelineDouble: true }, title, address)
    } else if (opened(from) && opened(to) && history.state?.datelineFrom) {
      // Moving from one quote to another does not change where Back leads.
      history.replaceState(history.state, title, address)
    } else if (at.double) {
      history.replaceState({ ...state, datelineFrom: from, datelineStep: at.step }, title, address)
    } else {
      push({ ...state, datelineFrom: from, datelineStep: at.step + 1 }, title, address)
    }
    at = place()
    current = to
    if (elsewhere) comeBack(from, to)
  }
  window.addEventListener("popstate", () => {
    const [before, from, to] = [at, current, window.location.href]
    at = place()
    current = to
    // Two steps show the same: skip one, because the reader wanted the next.
    if (before.double && at.step === before.step - 1) history.back()
    else if (at.double && at.step === before.step + 1) history.forward()
    if (nameOf(shownAt(from)) === nameOf(shownAt(to))) return
    leave(from)
    comeBack(from, to)
  })
}
