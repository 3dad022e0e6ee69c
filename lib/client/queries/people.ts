import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api.ts';
import { generatePassword } from '../generate-password.ts';
import { addresses } from '../paths.ts';

/** A user as identity shows it: Keystone's JSON. */
export interface Person {
  id: string;
  name: string;
  enabled: boolean;
  email?: string;
  default_project_id?: string;
}

export interface Project {
  id: string;
  name: string;
  description: string;
  enabled: boolean;
}

export interface Assignment {
  userId: string;
  projectId: string;
  role: string;
}

export interface People {
  people: Person[];
  projects: Project[];
  assignments: Assignment[];
}

export interface NewPerson {
  name: string;
  email: string;
  projectId: string;
  role: string;
}

/** What is told once: nobody can look the password up later. */
export interface MadePerson {
  person: Person;
  password: string;
  /** Why the role was not given; the person is there nevertheless. */
  roleError: unknown;
}

const key = ['people'] as const;

interface AssignmentJson {
  user: { id: string };
  role: { id: string };
  scope: { project: { id: string } };
}

const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);

/** Everybody with the projects and who may what in them. `isAllowed`: only then is it asked for. */
export function usePeople(isAllowed: boolean) {
  return useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<People> => {
      const [users, projects, assignments] = await Promise.all([
        api<{ users: Person[] }>(addresses.users, { signal }),
        api<{ projects: Project[] }>(addresses.identityProjects, { signal }),
        api<{ role_assignments: AssignmentJson[] }>(addresses.roleAssignments, { signal }),
      ]);
      return {
        people: users.users.toSorted(byName),
        projects: projects.projects.toSorted(byName),
        assignments: assignments.role_assignments.map(({ user, role, scope }) => ({
          userId: user.id,
          projectId: scope.project.id,
          role: role.id,
        })),
      };
    },
    enabled: isAllowed,
    staleTime: 0,
  });
}

function usePeopleMutation<Input, Output>(run: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    // Also after a failure: of two steps the first may have been done.
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: key });
      void client.invalidateQueries({ queryKey: ['projects'] });
    },
    // Passwords leave memory with the dialog.
    gcTime: 0,
  });
}

export function useCreatePerson() {
  return usePeopleMutation(async ({ name, email, projectId, role }: NewPerson): Promise<MadePerson> => {
    const password = generatePassword();
    const { user } = await api<{ user: Person }>(addresses.users, {
      method: 'POST',
      body: {
        user: { name, password, default_project_id: projectId, ...(email !== '' && { email }) },
      },
    });
    const roleError = await giveRole({ userId: user.id, projectId, role }).then(
      () => null,
      (error: unknown) => error,
    );
    return { person: user, password, roleError };
  });
}

/** Resolves with the new password. Everything that the person was signed in with ends. */
export function useResetPassword() {
  return usePeopleMutation(async (userId: string): Promise<string> => {
    const password = generatePassword();
    await api(addresses.user(userId), { method: 'PATCH', body: { user: { password } } });
    return password;
  });
}

export function useEnablePerson() {
  return usePeopleMutation(({ id, enabled }: { id: string; enabled: boolean }) =>
    api<unknown>(addresses.user(id), { method: 'PATCH', body: { user: { enabled } } }),
  );
}

export function useDeletePerson() {
  return usePeopleMutation((id: string) => api<void>(addresses.user(id), { method: 'DELETE' }));
}

const giveRole = ({ userId, projectId, role }: Assignment) =>
  api<void>(addresses.roleOf(projectId, userId, role), { method: 'PUT' });

export function useGiveRole() {
  return usePeopleMutation(giveRole);
}

export function useTakeRole() {
  return usePeopleMutation(({ userId, projectId, role }: Assignment) =>
    api<void>(addresses.roleOf(projectId, userId, role), { method: 'DELETE' }),
  );
}

export function useCreateProject() {
  return usePeopleMutation((project: { name: string; description: string }) =>
    api<{ project: Project }>(addresses.identityProjects, { method: 'POST', body: { project } }),
  );
}

export function useEnableProject() {
  return usePeopleMutation(({ id, enabled }: { id: string; enabled: boolean }) =>
    api<unknown>(addresses.identityProject(id), { method: 'PATCH', body: { project: { enabled } } }),
  );
}

export function useDeleteProject() {
  return usePeopleMutation((id: string) => api<void>(addresses.identityProject(id), { method: 'DELETE' }));
}
