const AS_IT_WAS = "Show the article as it was quoted"
const AS_IT_IS = "Show the article as it is now"

const told = (lead, words) => {
  const line = make("p", "told")
  const quote = make("q", "told-words", words)
  quote.dir = "auto"
  line.append(make("b", "lead", lead), " ", quote)
  return line
}

// The article's text with its marks, and, where there are several, the bar that steps from one to the next.
const drawText = (root, text, segments, clicked, calm) => {
  text.replaceChildren()
  root.onkeydown = null
  const marks = []
  const body = make("div", "body")
  for (const segment of segments) {
    if (segment.number === null) {
      body.append(document.createTextNode(segment.text))
      continue
    }
    const mark = make("mark", "mark", segment.text)
    mark.dataset.number = String(segment.number)
    marks.push(mark)
    body.append(mark)
  }

  let at = Math.max(0, marks.findIndex((mark) => mark.dataset.number === String(clicked)))
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
    text.append(bar)
  }
  text.append(body)
  // The drawer is laid out after this runs: only then is there something to scroll.
  if (marks.length) requestAnimationFrame(() => requestAnimationFrame(() => light(at, "auto")))
}

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
  if (data.note) {
    const note = make("div", "note", data.note)
    if (data.was?.quote) note.append(told("Quoted:", data.was.quote))
    if (data.was?.closest) note.append(told("Closest now:", data.was.closest))
    root.append(note)
  }
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches
  const text = make("div", "text")
  if (data.was) {
    const turn = make("button", "step turn", AS_IT_WAS)
    turn.type = "button"
    turn.addEventListener("click", () => {
      const back = turn.textContent === AS_IT_IS
      turn.textContent = back ? AS_IT_WAS : AS_IT_IS
      const shown = back ? data : data.was
      drawText(root, text, shown.segments, shown.clicked, calm)
    })
    root.append(turn)
  }
  root.append(text, make("p", "path", data.path))
  drawText(root, text, data.segments, data.clicked, calm)

  return () => {
    const opener = window.datelineOpener
    window.datelineOpener = undefined
    setTimeout(() => opener?.isConnected && opener.focus({ preventScroll: true }), 50)
  }
}
