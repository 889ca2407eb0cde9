// The table of the articles: search, sort, one month, pages of rows.
const COLUMNS = [
  { name: "Title", order: "title" },
  { name: "Outlet", order: "outlet" },
  { name: "Place", order: "place" },
  { name: "Published", order: "newest", turned: "oldest" },
]
const TYPING_MS = 250

const drawChart = (root, section, { bars, look }) => {
  section.replaceChildren()
  if (bars.length < 2) return
  const most = Math.max(...bars.map((bar) => bar.count))
  const chart = make("div", "chart")
  chart.setAttribute("role", "group")
  chart.setAttribute("aria-label", "Articles by time of publication")
  for (const bar of bars) {
    const chosen = bar.period === look.period
    const button = make("button", "bar")
    button.type = "button"
    button.disabled = !bar.count
    button.setAttribute("aria-pressed", String(chosen))
    button.setAttribute("aria-label", `${bar.name}: ${bar.label}`)
    button.title = `${bar.name}: ${bar.label}`
    const fill = make("span", "fill")
    fill.style.height = `${(100 * bar.count) / most}%`
    button.append(fill)
    button.addEventListener("click", () => root.look({ period: chosen ? "" : bar.period, offset: 0 }))
    chart.append(button)
  }
  const ends = make("p", "ends")
  ends.append(make("span", "", bars[0].name), make("span", "", bars.at(-1).name))
  const frame = make("div", "frame")
  frame.style.setProperty("--bars", bars.length)
  frame.append(chart, ends)
  section.append(frame)
}

const drawSearch = (root, section, titled) => {
  if (section.firstChild) return // do not redraw while the reader types
  const field = make("input", "field")
  field.type = "search"
  field.value = titled
  field.placeholder = "Search the titles"
  field.setAttribute("aria-label", "Search the titles of the table")
  field.addEventListener("input", () => {
    clearTimeout(root.typing)
    root.typing = setTimeout(() => root.look({ titled: field.value, offset: 0 }), TYPING_MS)
  })
  section.append(field)
}

const drawTable = (root, section, { rows, look }) => {
  const focused = root.getRootNode().activeElement?.dataset.order
  const table = make("table", "table")
  const head = make("tr", "")
  for (const { name, order, turned } of COLUMNS) {
    const cell = make("th", "")
    cell.scope = "col"
    const now = look.order === order ? "ascending" : look.order === turned ? "descending" : undefined
    if (now) cell.setAttribute("aria-sort", turned ? (now === "ascending" ? "descending" : "ascending") : now)
    const button = make("button", "sort", name)
    button.type = "button"
    button.dataset.order = order
    if (now) button.append(make("span", "arrow", look.order === turned || !turned ? " ↑" : " ↓"))
    button.addEventListener("click", () =>
      root.look({ order: turned && look.order === order ? turned : order, offset: 0 }),
    )
    cell.append(button)
    head.append(cell)
  }
  const last = make("th", "")
  last.scope = "col"
  last.append(make("span", "unseen", "Remove"))
  head.append(last)
  const top = make("thead", "")
  top.append(head)
  const body = make("tbody", "")
  for (const row of rows) {
    const line = make("tr", "")
    const title = make("td", "title-cell")
    const open = makeForeign("button", "open", row.title)
    open.type = "button"
    open.addEventListener("click", () => opens(open, () => root.act("open", row.path)))
    title.append(open)
    if (row.remark) title.append(make("span", "remark", row.remark))
    line.append(title)
    for (const name of ["outlet", "place", "published"]) line.append(make("td", name, row[name]))
    const end = make("td", "end")
    const remove = make("button", "act", "Remove")
    remove.type = "button"
    remove.setAttribute("aria-label", `Remove ${row.title}`)
    remove.addEventListener("click", () => root.act("remove", row.path))
    end.append(remove)
    line.append(end)
    body.append(line)
  }
  table.append(top, body)
  section.replaceChildren(table)
  if (focused) section.querySelector(`[data-order=${focused}]`)?.focus()
}

const drawPages = (root, section, { found, look, most }) => {
  section.replaceChildren()
  if (found <= most) return
  const at = Math.min(look.offset, Math.floor((found - 1) / most) * most)
  const step = (name, offset, off) => {
    const button = make("button", "act", name)
    button.type = "button"
    button.disabled = off
    button.addEventListener("click", () => root.look({ offset }))
    return button
  }
  section.append(
    step("Previous", Math.max(0, at - most), at === 0),
    make("span", "at", `${(at + 1).toLocaleString("en")} to ${Math.min(at + most, found).toLocaleString("en")} of ${found.toLocaleString("en")}`),
    step("Next", at + most, at + most >= found),
  )
}

const drawSummary = (root, section, { summary, undated, look }) => {
  const said = make("p", "summary", summary)
  said.setAttribute("role", "status")
  section.replaceChildren(said)
  if (!undated) return
  const chosen = look.period === undated.period
  const button = make("button", "act", undated.name)
  button.type = "button"
  button.setAttribute("aria-pressed", String(chosen))
  button.addEventListener("click", () => root.look({ period: chosen ? "" : undated.period, offset: 0 }))
  section.append(button)
}

export default component("table", (root, data) => {
  root.look = (change) => root.act("look", { ...data.look, ...change })
  part(root, "chart", { bars: data.bars, look: data.look }, (section) => drawChart(root, section, data))
  part(root, "search", "", (section) => drawSearch(root, section, data.look.titled))
  const { summary, undated, look } = data
  part(root, "summary", { summary, undated, look }, (section) => drawSummary(root, section, data))
  part(root, "rows", { rows: data.rows, look: data.look }, (section) => drawTable(root, section, data))
  part(root, "pages", { found: data.found, look: data.look }, (section) => drawPages(root, section, data))
})
