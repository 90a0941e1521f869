/** Teams with their members, kept as long as the process runs. */
const teams = new Map([
  ['chess', { name: 'chess', members: ['ada'] }],
  ['rowing', { name: 'rowing', members: ['grace', 'ada'] }],
]);

export function allTeams() {
  return teams;
}

/** @returns the team; it throws when there is none. */
export function teamNamed(name) {
  const team = teams.get(name);
  if (team === undefined) throw Object.assign(new Error(`No team ${name}`), { status: 404 });
  return team;
}
