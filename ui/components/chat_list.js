// Lists the earlier chats: open, rename, export, delete.
const act = (name, text, run) => {
  const button = make("button", `act ${name}`, text)
  button.type = "button"
  button.addEventListener("click", run)
  return button
}

// Back to the plain entry, with the focus where it was.
const fold = (root, entry, chat) => {
  root.unfolded = undefined
  setOpened(`chat-${chat.id}`, false)
  drawEntry(root, entry, chat)
  entry.querySelector(".more").focus()
}

const drawRename = (root, entry, chat) => {
  const form = make("form", "rename")
  const field = make("input", "field")
  field.value = chat.title
  field.maxLength = 120
  field.setAttribute("aria-label", "Title of the chat")
  const send = make("button", "act", "Save")
  send.type = "submit"
  form.append(field, send, act("cancel", "Cancel", () => fold(root, entry, chat)))
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    root.act("rename", { id: chat.id, title: field.value })
    fold(root, entry, { ...chat, title: field.value.trim() || chat.title })
  })
  entry.replaceChildren(form)
  field.select()
}

const drawDelete = (root, entry, chat) => {
  const asked = make("div", "asked")
  asked.append(make("span", "question", `Delete “${chat.title}”? This cannot be undone.`))
  const no = act("cancel", "Keep", () => fold(root, entry, chat))
  asked.append(act("danger", "Delete", () => root.act("delete", chat.id)), no)
  entry.replaceChildren(asked)
  no.focus()
}

const drawEntry = (root, entry, chat) => {
  root.busy = false
  const row = make("div", "row")
  const open = make("button", "open")
  open.type = "button"
  open.append(make("span", "title", chat.title))
  open.title = `${chat.title} (${chat.when})`
  if (chat.current) open.setAttribute("aria-current", "page")
  open.addEventListener("click", () => root.act("open", chat.id))
  const more = make("button", "more", "⋯")
  more.type = "button"
  more.setAttribute("aria-label", `More for ${chat.title}`)
  more.setAttribute("aria-expanded", "false")
  const menu = make("div", "menu")
  menu.hidden = true
  const busy = (draw) => () => {
    root.unfolded = chat.id
    root.busy = true // keeps a form or a question open when the list is redrawn
    draw(root, entry, chat)
  }
  menu.append(
    make("span", "whole", `${chat.title} (${chat.when})`),
    act("", "Rename", busy(drawRename)),
    exporting(root.forms, (form) => root.act("export", { id: chat.id, form }), `export-chat-${chat.id}`),
    act("", "Delete", busy(drawDelete)),
  )
  more.addEventListener("click", () => {
    menu.hidden = !menu.hidden
    more.setAttribute("aria-expanded", String(!menu.hidden))
    root.unfolded = menu.hidden ? undefined : chat.id
    setOpened(`chat-${chat.id}`, !menu.hidden)
  })
  if (opened.has(`chat-${chat.id}`)) {
    menu.hidden = false
    more.setAttribute("aria-expanded", "true")
  }
  row.append(open, more)
  entry.replaceChildren(row, menu)
}

// The newest chats and the open one; the others on request.
const SHOWN = 7
const ALL = "chats-all"
const drawList = (root, { chats, all }) => {
  const current = chats.findIndex((chat) => chat.current)
  const some = all || opened.has(ALL) || chats.length <= SHOWN + 1 ? chats.length : Math.max(SHOWN, current + 1)
  root.replaceChildren()
  let group, list
  for (const chat of chats.slice(0, some)) {
    if (chat.group !== group) {
      const heading = make("h3", "group", chat.group)
      list = make("ul", "list")
      list.setAttribute("aria-label", chat.group)
      root.append(heading, list)
    }
    group = chat.group
    const entry = make("li", "entry")
    drawEntry(root, entry, chat)
    list.append(entry)
  }
  if (some === chats.length) return
  const more = act("all", `${chats.length - some} more`, () => {
    setOpened(ALL, true)
    drawList(root, { chats, all })
    root.querySelectorAll(".open")[some].focus()
  })
  root.append(more)
}

export default component("chat_list", (root, data) => {
  root.forms = data.forms
  download(data.file)
  const drawn = JSON.stringify([data.chats, data.all])
  if (root.drawn === drawn || (root.busy && data.chats.some((chat) => chat.id === root.unfolded))) return
  root.drawn = drawn
  drawList(root, data)
})
