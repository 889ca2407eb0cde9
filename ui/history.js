// Closing the drawer is going back to where it was opened from, not one more step forward:
// else the reader's Back would open it again. Streamlit itself only ever adds steps.
export default function () {
  if (window.datelineHistory) return
  window.datelineHistory = true
  const push = window.history.pushState.bind(window.history)
  const opened = (address) => new URL(address, window.location.href).searchParams.has("article")
  window.history.pushState = (state, title, address) => {
    const from = window.location.href
    const to = new URL(address ?? from, from).href
    if (opened(from) && !opened(to) && window.history.state?.datelineFrom === to) window.history.back()
    // From one quote to the next the way back stays the same.
    else if (opened(from) && opened(to) && window.history.state?.datelineFrom)
      window.history.replaceState(window.history.state, title, address)
    else push({ ...state, datelineFrom: from }, title, address)
  }
}
