import { t } from "@lingui/core/macro";
import Button from "@mui/material/Button";
import { Link } from "wouter";

import { CentredCard } from "../../design/CentredCard.tsx";

/** Says why a link leads nowhere. */
export function NoGoodLink({
  title,
  message,
  remedy,
}: {
  readonly title: string;
  readonly message: string;
  readonly remedy: string;
}) {
  return (
    <CentredCard title={title} heading={message} lead={remedy}>
      <Button component={Link} to="/sign-in" variant="outlined">{t`Sign in`}</Button>
    </CentredCard>
  );
}
