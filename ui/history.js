// Closing the drawer is going back to where it was opened from, not one more step forward:
// else the reader's Back would open it again. Streamlit itself only ever adds steps.
export default function () {
  if (window.datelineHistory) return
  window.datelineHistory = true
  const history = window.history
  const push = history.pushState.bind(history)
  const opened = (address) => new URL(address, window.location.href).searchParams.has("article")
  let returning = false // going back takes a moment
  const waiting = [] // steps that came in it
  history.pushState = (state, title, address) => {
    if (returning) return void waiting.push([state, title, address])
    const from = window.location.href
    const to = new URL(address ?? from, from).href
    if (opened(from) && !opened(to) && history.state?.datelineFrom === to) {
      returning = true
      history.back()
    } else if (opened(from) && opened(to) && history.state?.datelineFrom) {
      // From one quote to the next the way back stays the same.
      history.replaceState(history.state, title, address)
    } else push({ ...state, datelineFrom: from }, title, address)
  }
  window.addEventListener(
    "popstate",
    (event) => {
      if (!returning) return
      returning = false
      event.stopImmediatePropagation() // the page shows it already: it was the page that went back
      for (const step of waiting.splice(0)) history.pushState(...step)
    },
    { capture: true },
  )
}
