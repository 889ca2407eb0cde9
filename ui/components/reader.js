const AS_IT_WAS = "Show the article as it was quoted"
const AS_IT_IS = "Show the article as it is now"

const drawEarlier = (lead, words) => {
  const line = make("p", "earlier")
  line.append(make("b", "lead", lead), " ", makeForeign("q", "earlier-words", words))
  return line
}

// Line ends that only fill a line are shown as spaces.
const appendLines = (run, lines) =>
  lines.forEach((line, place) => run.append(...(place ? [make("span", "filled", "\n"), line] : [line])))

// The article's text with its marks and, if there are several, buttons to step through them.
const drawText = (root, text, steps, { segments, clicked }) => {
  text.replaceChildren()
  steps.replaceChildren()
  root.keys?.abort()
  root.keys = new AbortController()
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches
  const marks = []
  for (const segment of segments) {
    if (segment.number === null) {
      const run = make("span", "run")
      run.hidden = segment.hidden
      appendLines(run, segment.lines)
      text.append(run)
      continue
    }
    const mark = make("mark", "mark")
    appendLines(mark, segment.lines)
    mark.dataset.number = String(segment.number)
    marks.push(mark)
    text.append(mark)
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
    const before = make("button", "step", "Previous quote")
    const after = make("button", "step", "Next quote")
    before.type = after.type = "button"
    before.addEventListener("click", () => step(-1))
    after.addEventListener("click", () => step(1))
    // Right after opening the focus is on the drawer, not in the article.
    const press = (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
      const typing = event.composedPath()[0].closest?.("input, textarea, select, [contenteditable]")
      if (by && !typing && !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey) step(by)
    }
    document.addEventListener("keydown", press, { capture: true, signal: root.keys.signal })
    steps.append(before, position, after)
  }
  // The drawer is laid out after this runs; before that, nothing can scroll.
  if (marks.length) requestAnimationFrame(() => requestAnimationFrame(() => light(at, "auto")))
}

// The drawer takes the focus late, and can lose it. Until it has it, Streamlit does not close it on Esc.
const closeOnEscape = (root) => {
  root.escapes?.abort()
  root.escapes = new AbortController()
  const press = (event) => {
    const drawer = root.closest("[role=dialog]")
    const listed = window.datelineKeys?.root.querySelector("dialog")?.open
    if (event.key !== "Escape" || !event.isTrusted || listed || !drawer || drawer.contains(document.activeElement)) return
    drawer.focus({ preventScroll: true })
    drawer.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", code: "Escape", bubbles: true, cancelable: true }))
  }
  document.addEventListener("keydown", press, { capture: true, signal: root.escapes.signal })
}

// Shows an article as text, its quotes as marks, and brings the chosen one to the middle.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".reader-root")
  root.replaceChildren()
  root.append(makeForeign("h2", "title", data.title, data.language))
  const about = [data.where, data.by && `By ${data.by}`].filter(Boolean).join(" · ")
  if (about) root.append(make("p", "where", about))
  for (const remark of data.remarks) root.append(make("p", "remark", remark))
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
  const address = () => new URL(data.link || window.location.href, window.location.href).href
  copied.addEventListener("click", () => copy(copied, address()))
  actions.append(copied)
  root.append(actions)
  // The bar stays visible when the text scrolls to a quote.
  const bar = make("div", "bar")
  const steps = make("div", "steps")
  const text = makeForeign("div", "body", undefined, data.language)
  if (data.note) {
    const note = make("div", "note", data.note)
    if (data.was?.quote) note.append(drawEarlier("Quoted:", data.was.quote))
    if (data.was?.closest) note.append(drawEarlier("Closest now:", data.was.closest))
    if (data.clicked === null) root.append(note)
    else bar.append(note)
  }
  if (data.was) {
    const turn = make("button", "step turn", AS_IT_WAS)
    turn.type = "button"
    turn.addEventListener("click", () => {
      const back = turn.textContent === AS_IT_IS
      turn.textContent = back ? AS_IT_WAS : AS_IT_IS
      drawText(root, text, steps, back ? data : data.was)
    })
    bar.append(turn)
  }
  bar.append(steps)
  root.append(bar, text, make("p", "path", data.path))
  closeOnEscape(root)
  drawText(root, text, steps, data)

  return () => {
    root.keys?.abort()
    root.escapes.abort()
    const opener = window.datelineOpener
    window.datelineOpener = undefined
    setTimeout(() => {
      // A reader who has gone on already, to the next question or with Tab, keeps the focus there.
      const hasGoneOn = document.activeElement && document.activeElement !== document.body
      if (opener?.isConnected && !hasGoneOn) opener.focus({ preventScroll: true })
    }, 50)
  }
}
