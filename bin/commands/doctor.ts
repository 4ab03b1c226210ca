export async function doctor(_: { json: boolean }): Promise<number> {
  return 0;
}
