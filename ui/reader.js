// Shows an article as text, its quotes as marks, and brings the chosen one to the middle.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".reader-root")
  root.replaceChildren()
  root.append(make("h2", "title", data.title))
  const about = [data.where, data.by && `By ${data.by}`].filter(Boolean).join(" · ")
  if (about) root.append(make("p", "where", about))
  const actions = make("p", "actions")
  if (data.url) {
    const link = make("a", "link", "Open the original")
    link.href = data.url
    link.target = "_blank"
    link.rel = "noopener noreferrer"
    link.title = data.url
    actions.append(link)
  }
  const copied = make("button", "step", data.clicked === null ? "Copy a link to this article" : "Copy a link to this sentence")
  copied.type = "button"
  copied.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(window.location.href)
      copied.textContent = "Copied"
    } catch {
      copied.textContent = "The browser does not allow copying"
    }
  })
  actions.append(copied)
  root.append(actions)
  if (data.note) root.append(make("p", "note", data.note))

  const marks = []
  const body = make("div", "body")
  for (const segment of data.segments) {
    if (segment.number === null) {
      body.append(document.createTextNode(segment.text))
      continue
    }
    const mark = make("mark", "mark", segment.text)
    mark.dataset.number = String(segment.number)
    marks.push(mark)
    body.append(mark)
  }

  let at = Math.max(0, marks.findIndex((mark) => mark.dataset.number === String(data.clicked)))
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches
  const position = make("span", "position")
  position.setAttribute("role", "status")
  const light = (next, behavior) => {
    at = (next + marks.length) % marks.length
    marks.forEach((mark, number) => mark.classList.toggle("current", number === at))
    position.textContent = `Quote ${at + 1} of ${marks.length}`
    marks[at].scrollIntoView({ block: "center", behavior })
  }
  if (marks.length > 1) {
    const step = (by) => light(at + by, calm ? "auto" : "smooth")
    const bar = make("div", "bar")
    const before = make("button", "step", "Previous quote")
    const after = make("button", "step", "Next quote")
    before.type = after.type = "button"
    before.addEventListener("click", () => step(-1))
    after.addEventListener("click", () => step(1))
    root.onkeydown = (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
      if (by) step(by)
    }
    bar.append(before, position, after)
    root.append(bar)
  }
  root.append(body, make("p", "path", data.path))
  // The drawer is laid out after this runs: only then is there something to scroll.
  if (marks.length) requestAnimationFrame(() => requestAnimationFrame(() => light(at, "auto")))

  return () => {
    const opener = window.datelineOpener
    window.datelineOpener = undefined
    setTimeout(() => opener?.isConnected && opener.focus({ preventScroll: true }), 50)
  }
}
