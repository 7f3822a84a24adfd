/** What counts as low: of a battery in percent, and of a disk as a share of its size. */
export const LOW_BATTERY_PERCENT = 20;
export const LOW_DISK_SHARE = 1 / 20;
