/**
 * The whole body of an answer.
 *
 * @param sender - who answers, for the message.
 * @throws Error when there are more bytes than that.
 */
export async function boundedBody(
  body: Response['body'],
  mostBytes: number,
  sender: string,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    const chunk = part as Uint8Array;
    size += chunk.byteLength;
    // Leaving the loop ends the connection.
    if (size > mostBytes) throw new Error(`${sender} answers with more than ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
