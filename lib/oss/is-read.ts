/** Whether a request only reads: GET, or HEAD, which asks for the same without its body (RFC 9110, section 9.3). */
export function isRead({ method }: { readonly method: string }): boolean {
  return method === 'GET' || method === 'HEAD';
}
