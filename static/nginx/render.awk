# Renders a template: awk -f render.awk -v folder=FOLDER FOLDER/ROLE.conf
#   #include FILE       another template of the same folder
#   #if NAME, #if !NAME the lines up to #end stay when the variable is set (not set)
#   ${NAME}             the variable's value
# A variable that is not in the environment stops it, and so does a value that could end a directive.
function stop(message) {
  printf "%s\n", message > "/dev/stderr"
  failed = 1
  exit 1
}

function render(file,   line, depth, hidden, name, kept, status) {
  depth = 0
  hidden = 0
  while ((status = (getline line < file)) > 0) {
    if (line ~ /^#if /) {
      name = substr(line, 5)
      kept = name ~ /^!/ ? !set(substr(name, 2)) : set(name)
      depth++
      if (hidden || !kept) hidden++
    } else if (line ~ /^#end$/) {
      if (--depth < 0) stop(file ": #end without #if")
      if (hidden) hidden--
    } else if (hidden) {
      continue
    } else if (line ~ /^#include /) {
      render(folder "/" substr(line, 10))
    } else {
      print fill(line)
    }
  }
  if (status < 0) stop(file ": cannot be read")
  if (depth) stop(file ": #if without #end")
  close(file)
}

function set(name) {
  return (name in ENVIRON) && ENVIRON[name] != ""
}

function fill(line,   out, name, value) {
  out = ""
  while (match(line, /\$\{[A-Z0-9_]+\}/)) {
    name = substr(line, RSTART + 2, RLENGTH - 3)
    if (!(name in ENVIRON)) stop(name " is not set")
    value = ENVIRON[name]
    # The one value that is made of directives of its own; it stands between double quotes.
    if (value ~ (name == "CSP" ? "[\"\\\\${}\n]" : "[;\"'\\\\${}#\n]")) stop(name "=" value ": has a character that nginx would read as its own")
    out = out substr(line, 1, RSTART - 1) value
    line = substr(line, RSTART + RLENGTH)
  }
  return out line
}

BEGIN {
  render(ARGV[1])
  exit failed
}
