/* eslint relay/unused-fields: "off" -- Questions reads the answer. */
import { useCallback, useRef } from "react";
import { graphql, useQueryLoader, type PreloadedQuery } from "react-relay";

import type { useQuestionsQuery } from "./__generated__/useQuestionsQuery.graphql";

/** What a field has at first may be another value after this time. Milliseconds. */
const FRESH_MS = 5_000;

export const questionsQuery = graphql`
  query useQuestionsQuery($id: ID!, $name: String!) {
    node(id: $id) {
      ... on Stateful {
        availableTransition(name: $name) {
          ...TransitionFields_transition
          ...useTransitionForm_transition
        }
      }
    }
  }
`;

/** The fields of one transition, being fetched or there. */
export type AskedQuestions = PreloadedQuery<useQuestionsQuery>;

interface Questions {
  /** What was prepared last; null before that, and once it is forgotten. */
  readonly questions: AskedQuestions | null;
  /** Fetches what an object's transition asks for, unless that was done just now or another one's is filled in. */
  readonly prepare: (id: string, name: string) => void;
  /** Prepares it, and keeps it until it is forgotten, whatever somebody points at meanwhile. */
  readonly open: (id: string, name: string) => void;
  readonly forget: () => void;
}

/** Fetches what a transition asks for: best when somebody is about to choose it, so that they needn't wait. */
export function useQuestions(): Questions {
  const [questions, load, dispose] = useQueryLoader<useQuestionsQuery>(questionsQuery);
  const last = useRef({ id: "", name: "", at: -Infinity });
  const isOpen = useRef(false);
  const prepare = useCallback(
    (id: string, name: string) => {
      if (isOpen.current) return;
      const at = performance.now();
      if (last.current.id === id && last.current.name === name && at - last.current.at < FRESH_MS) return;
      last.current = { id, name, at };
      load({ id, name }, { fetchPolicy: "network-only" });
    },
    [load],
  );
  const open = useCallback(
    (id: string, name: string) => {
      prepare(id, name);
      isOpen.current = true;
    },
    [prepare],
  );
  const forget = useCallback(() => {
    isOpen.current = false;
    last.current = { id: "", name: "", at: -Infinity };
    dispose();
  }, [dispose]);
  return { questions: questions ?? null, prepare, open, forget };
}
