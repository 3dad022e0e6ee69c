import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toAssignmentJson, toCollection } from '#lib/http/identity/json.ts';
import { listAssignments, listVisibleProjects, listVisibleUsers } from '#lib/services/identity/list.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) => {
    const url = identityUrl(call);
    const query = call.url.searchParams;
    const [userId, projectId, role] = ['user.id', 'scope.project.id', 'role.id'].map((key) => query.get(key));
    const found = await listAssignments(call.ctx, {
      ...(userId && { userId }),
      ...(projectId && { projectId }),
    });
    const named = query.has('include_names') && query.get('include_names') !== 'False';
    const users = new Map(
      (await listVisibleUsers(call.ctx, { name: null })).map(({ id, name }) => [id, name]),
    );
    const projects = new Map(
      (await listVisibleProjects(call.ctx, { name: null })).map(({ id, name }) => [id, name]),
    );
    // Roles are given in projects, to users, and nowhere else.
    const elsewhere = ['group.id', 'scope.domain.id', 'scope.system', 'scope.OS-INHERIT:inherited_to'];
    const rows = (elsewhere.some((key) => query.get(key)) ? [] : found)
      .filter((assignment) => !role || assignment.role === role)
      .map((assignment) => {
        const names = {
          user: users.get(assignment.user_id) ?? '',
          project: projects.get(assignment.project_id) ?? '',
        };
        return toAssignmentJson(assignment, named ? names : null, url);
      });
    return toCollection('role_assignments', rows, `${url}/role_assignments`);
  }),
});
