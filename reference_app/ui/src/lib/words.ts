import { t } from "@lingui/core/macro";

/** Turns a code name into readable text: "not_started" → "Not started". One that the page doesn't know stays English. */
export function humanize(name: string): string {
  switch (name.toLowerCase().replaceAll(/[_-]+/g, " ").trim()) {
    case "admin":
      return t`Admin`;
    case "active":
      return t`Active`;
    case "archived":
      return t`Archived`;
    case "capturing":
      return t`Capturing`;
    case "cancelled":
      return t`Cancelled`;
    case "deactivated":
      return t`Deactivated`;
    case "day":
      return t`Day`;
    case "delayed":
      return t`Delayed`;
    case "deleting":
      return t`Deleting`;
    case "done":
      return t`Done`;
    case "editor":
      return t`Editor`;
    case "estimated":
      return t`Estimated`;
    case "failed":
      return t`Failed`;
    case "hour":
      return t`Hour`;
    case "late":
      return t`Late`;
    case "month":
      return t`Month`;
    case "no role":
      return t`No role`;
    case "not due yet":
      return t`Not due yet`;
    case "not ended":
      return t`Not ended`;
    case "on time":
      return t`On time`;
    case "operator":
      return t`Operator`;
    case "paused":
      return t`Paused`;
    case "queued":
      return t`Queued`;
    case "ready":
      return t`Ready`;
    case "rendering":
      return t`Rendering`;
    case "revoked":
      return t`Revoked`;
    case "running":
      return t`Running`;
    case "simulated":
      return t`Simulated`;
    case "superuser":
      return t`Superuser`;
    case "synced":
      return t`Synced`;
    case "taken":
      return t`Taken`;
    case "trashed":
      return t`In the trash`;
    case "unknown":
      return t`Unknown`;
    case "viewer":
      return t`Viewer`;
    case "waiting":
      return t`Waiting`;
    case "week":
      return t`Week`;
    default: {
      const words = name.replaceAll(/[_-]+/g, " ").trim();
      return words.charAt(0).toUpperCase() + words.slice(1);
    }
  }
}
