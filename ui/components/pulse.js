// Redraws a part of the page when the server says that something has changed. One socket serves all parts.
const AGAIN_MS = 3000
const pulse = (window.datelinePulse ??= { value: "", parts: new Set() })

const listen = () => {
  if (pulse.socket || document.hidden) return
  const address = new URL("dateline/pulse", document.baseURI)
  address.protocol = address.protocol.replace("http", "ws")
  address.search = address.hash = ""
  pulse.socket = new WebSocket(address)
  pulse.socket.addEventListener("message", ({ data }) => {
    pulse.value = data
    for (const check of pulse.parts) check()
  })
  pulse.socket.addEventListener("close", () => {
    pulse.socket = undefined
    setTimeout(listen, AGAIN_MS)
  })
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".pulse-root")
  // Asked again until it is drawn: a redraw is lost if a newer run of the page replaces it.
  const check = () => {
    clearTimeout(root.asking)
    if (!pulse.value || pulse.value === root.drawn || !root.isConnected) return
    setStateValue("seen", `${pulse.value} ${Date.now()}`)
    root.asking = setTimeout(check, AGAIN_MS)
  }
  root.drawn = data
  pulse.parts.delete(root.check)
  pulse.parts.add((root.check = check))
  if (!pulse.watched) {
    pulse.watched = true
    document.addEventListener("visibilitychange", listen)
  }
  listen()
  check()
  return () => {
    clearTimeout(root.asking)
    pulse.parts.delete(check)
  }
}
