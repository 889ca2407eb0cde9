// Stands before each component's own script. Foreign text is only ever set as textContent:
// it is shown character for character, runs nothing and fetches nothing.
const make = (tag, className, text) => {
  const element = document.createElement(tag)
  element.className = className
  if (text !== undefined) element.textContent = text
  return element
}

// Remembers which button opened the drawer, so that closing it gives the focus back.
const opens = (button, open) => {
  window.datelineOpener = button
  open()
}

// Parts that have not changed stay as they are, so that nothing flickers and the focus is kept.
const part = (root, name, data, draw) => {
  root.parts ??= {}
  const drawn = JSON.stringify(data)
  const old = root.parts[name]
  if (old?.drawn === drawn) return
  const section = old?.section ?? make("div", `part-${name}`)
  if (!old) root.append(section)
  draw(section)
  root.parts[name] = { drawn, section }
}

