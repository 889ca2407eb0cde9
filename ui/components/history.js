// Closing the drawer must not add a step to the history: otherwise Back would open the article again. Streamlit
// only ever adds steps, and treats every step back as the reader's. So this script does not go back either: it makes
// the step of the closed article show the same as the one before, and the next step replaces it.
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
      // Moving from one quote to another does not change where Back leads.
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
    // Two steps show the same: skip one, because the reader wanted the next.
    if (left.double && at.step === left.step - 1) history.back()
    else if (at.double && at.step === left.step + 1) history.forward()
  })
}
