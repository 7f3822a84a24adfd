import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { startTransition, useEffect, useRef, useTransition } from "react";
import { graphql, usePaginationFragment } from "react-relay";

import { EmptyState } from "../../design/EmptyState.tsx";
import { PulseIcon } from "../../design/icons.tsx";
import { Panel } from "../../design/Panel.tsx";
import type { WorkPanel_query$key } from "./__generated__/WorkPanel_query.graphql";
import type { WorkPanelQuery } from "./__generated__/WorkPanelQuery.graphql";
import { stageName } from "./StageBadge.tsx";
import { useWorkFilter } from "./useWorkFilter.ts";
import { addressOf, type WorkFilter } from "./workFilter.ts";
import { kindName, WorkFilters } from "./WorkFilters.tsx";
import { TogetherButton } from "./TogetherButton.tsx";
import { WorkRow } from "./WorkRow.tsx";

/** Entries that are fetched at once, and the most that are fetched again when something has changed. */
const PAGE = 20;
const MOST = 100;
/** For how long changes are collected before the list is fetched again, in milliseconds. */
const COLLECTED = 1000;

interface Props {
  readonly work: WorkPanel_query$key;
  /** How often something has begun, ended or changed its state. */
  readonly changes: number;
}

/** Movies and long work, newest first, as the address says: what ended, or what goes on and waits. */
export function WorkPanel({ work, changes }: Props) {
  const { data, hasNext, isLoadingNext, loadNext, refetch } = usePaginationFragment<
    WorkPanelQuery,
    WorkPanel_query$key
  >(
    graphql`
      fragment WorkPanel_query on Query
      @argumentDefinitions(
        filter: { type: "WorkFilter!" }
        first: { type: "Int", defaultValue: 20 }
        after: { type: "String" }
      )
      @refetchable(queryName: "WorkPanelQuery") {
        work(filter: $filter, first: $first, after: $after)
          @connection(key: "WorkPanel_work", filters: ["filter"]) {
          edges {
            stage
            node {
              id
            }
            ...WorkRow_edge
          }
        }
      }
    `,
    work,
  );
  const [filter, change] = useWorkFilter();
  const [isFiltering, startFiltering] = useTransition();
  const shown = useRef(filter);
  const listed = data.work.edges.length;
  // What succeeded can't be retried; what is under way can be cancelled.
  const isWorthAsking = data.work.edges.some(({ stage }) => stage !== "SUCCEEDED");
  useEffect(() => {
    if (shown.current === filter) return;
    shown.current = filter;
    startFiltering(() => {
      refetch({ filter, first: PAGE }, { fetchPolicy: "store-and-network" });
    });
  }, [filter, refetch]);
  const seen = useRef(changes);
  useEffect(() => {
    if (seen.current === changes) return;
    const timer = setTimeout(() => {
      seen.current = changes;
      startTransition(() => {
        const first = Math.min(Math.max(listed, PAGE), MOST);
        refetch({ filter: shown.current, first }, { fetchPolicy: "store-and-network" });
      });
    }, COLLECTED);
    return () => {
      clearTimeout(timer);
    };
  }, [changes, listed, refetch]);
  return (
    <Panel title={t`Movies and long work`}>
      <WorkFilters filter={filter} onChange={change} />
      {isWorthAsking && <TogetherButton filter={filter} />}
      {listed === 0 ? (
        <NoWork
          filter={filter}
          onClear={() => {
            change({ stages: null, kinds: null, words: "" });
          }}
        />
      ) : (
        <Box
          component="ul"
          aria-busy={isFiltering}
          sx={{ m: 0, p: 0, listStyle: "none", opacity: isFiltering ? 0.6 : 1 }}
        >
          {data.work.edges.map((edge) => (
            <WorkRow key={edge.node.id} edge={edge} />
          ))}
        </Box>
      )}
      {hasNext && (
        <Button
          loading={isLoadingNext}
          onClick={() => {
            loadNext(PAGE);
          }}
          sx={{ mt: 1 }}
        >{t`Show more`}</Button>
      )}
    </Panel>
  );
}

/** Says what was searched when nothing was found, and offers to search for all again. */
function NoWork({ filter, onClear }: { readonly filter: WorkFilter; readonly onClear: () => void }) {
  const { ended, stages, kinds, words } = filter;
  const searched = [
    ...(stages ?? []).map(stageName),
    ...(kinds ?? []).map(kindName),
    ...(words.trim() === "" ? [] : [t`“${words.trim()}”`]),
  ].join(" · ");
  const isLimited = Object.keys(addressOf({ ...filter, ended: true })).length > 0;
  if (!isLimited)
    return (
      <EmptyState icon={<PulseIcon />} title={ended ? t`Nothing has ended yet` : t`Nothing is under way`}>
        {ended
          ? t`Movies, imports and other long work appear here when they end.`
          : t`Movies, imports and other long work appear here when somebody asks for them.`}
      </EmptyState>
    );
  return (
    <EmptyState
      icon={<PulseIcon />}
      title={t`Nothing found`}
      action={<Button variant="outlined" onClick={onClear}>{t`Clear the filter`}</Button>}
    >
      {ended ? t`Searched what ended: ${searched}.` : t`Searched what is under way: ${searched}.`}
    </EmptyState>
  );
}
