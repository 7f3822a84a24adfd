import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { graphql, useFragment, usePaginationFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { existing } from "../../relay/edges.ts";
import { Transitions } from "../../shared/transitions/Transitions.tsx";
import type { PeopleList_inviter$key } from "./__generated__/PeopleList_inviter.graphql";
import type { PeopleList_query$key } from "./__generated__/PeopleList_query.graphql";
import type { PeopleListPaginationQuery } from "./__generated__/PeopleListPaginationQuery.graphql";
import { InvitationList } from "./InvitationList.tsx";
import { PersonRow } from "./PersonRow.tsx";
import { usePeople } from "./usePeople.ts";

/** People who are fetched at once. */
const PAGE = 40;

interface Props {
  readonly people: PeopleList_query$key;
  readonly inviter: PeopleList_inviter$key;
}

/** People by name, page by page, and the invitations by them; both live. */
export function PeopleList({ people, inviter: key }: Props) {
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<
    PeopleListPaginationQuery,
    PeopleList_query$key
  >(
    graphql`
      fragment PeopleList_query on Query
      @argumentDefinitions(first: { type: "Int", defaultValue: 40 }, after: { type: "String" })
      @refetchable(queryName: "PeopleListPaginationQuery") {
        people(first: $first, after: $after) @connection(key: "PeopleList_people") {
          edges {
            node {
              id
              ...PersonRow_person
              ...InvitationList_people
            }
          }
        }
      }
    `,
    people,
  );
  const inviter = useFragment(
    graphql`
      fragment PeopleList_inviter on Person {
        id
        ...Transitions_stateful
        ...InvitationList_people
      }
    `,
    key,
  );
  usePeople();
  // A deleted person's edge stays in the list without its node.
  const edges = existing(data.people.edges);
  const shown = existing(edges.map(({ node }) => node));
  const others = shown.filter(({ id }) => id !== inviter.id);
  return (
    <Box
      sx={{
        display: "grid",
        gap: 2.5,
        gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) 380px" },
        alignItems: "start",
      }}
    >
      <Panel title={t`Accounts`}>
        <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 2 }}>
          {shown.map((person) => (
            <PersonRow key={person.id} person={person} isOneself={person.id === inviter.id} />
          ))}
        </Box>
        {hasNext && (
          <Button
            loading={isLoadingNext}
            onClick={() => {
              loadNext(PAGE);
            }}
            sx={{ mt: 2 }}
          >{t`Show more people`}</Button>
        )}
      </Panel>
      <Panel title={t`Invitations`}>
        <Box sx={{ display: "grid", gap: 2 }}>
          <InvitationList people={[inviter, ...others]} isWhole={!hasNext} />
          <Transitions of={inviter} only={["invite"]} />
        </Box>
      </Panel>
    </Box>
  );
}
