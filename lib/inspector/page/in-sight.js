/**
 * The plan stays in sight beside a long list; one that is taller than the window is seen from its end.
 *
 * @param {HTMLElement} plan
 */
export function keepInSight(plan) {
  const place = () => {
    plan.style.top = `${Math.min(16, window.innerHeight - plan.offsetHeight - 16)}px`;
  };
  new ResizeObserver(place).observe(plan);
  window.addEventListener('resize', place);
}
