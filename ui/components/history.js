// Closing the drawer is going back to where it was opened from, not one more step forward:
// else the reader's Back would open it again. Streamlit itself only ever adds steps, and takes
// each step that the browser goes back for the reader's. So none is gone back here: the closed
// article's step shows what the one before it does, and whatever comes next takes its place.
export default function () {
  if (window.datelineHistory) return
  window.datelineHistory = true
  const history = window.history
  const push = history.pushState.bind(history)
  const opened = (address) => new URL(address, window.location.href).searchParams.has("article")
  const place = () => ({ step: history.state?.datelineStep ?? 0, double: Boolean(history.state?.datelineDouble) })
  let at = place()
  history.pushState = (state, title, address) => {
    const from = window.location.href
    const to = new URL(address ?? from, from).href
    if (opened(from) && !opened(to) && history.state?.datelineFrom === to) {
      history.replaceState({ ...state, datelineStep: at.step, datelineDouble: true }, title, address)
    } else if (opened(from) && opened(to) && history.state?.datelineFrom) {
      // From one quote to the next the way back stays the same.
      history.replaceState(history.state, title, address)
    } else if (at.double) {
      history.replaceState({ ...state, datelineFrom: from, datelineStep: at.step }, title, address)
    } else {
      push({ ...state, datelineFrom: from, datelineStep: at.step + 1 }, title, address)
    }
    at = place()
  }
  window.addEventListener("popstate", () => {
    const left = at
    at = place()
    // Between two steps that show the same the reader wanted the one beyond.
    if (left.double && at.step === left.step - 1) history.back()
    else if (at.double && at.step === left.step + 1) history.forward()
  })
}
