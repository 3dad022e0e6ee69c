/** Who is calling, however they proved it. */
export interface Actor {
  userId: string;
  userName: string;
  projectId: string;
  projectName: string;
  roles: readonly string[];
  /** Has the role `admin`: sees and may do everything. */
  administrator: boolean;
  via: 'session' | 'token' | 'system';
  /** Of the token or session, to end it. */
  tokenHash: string | null;
  expiresAt: number | null;
}

/** Stowage itself: workers and the reconciler. */
export const systemActor: Actor = {
  userId: 'system',
  userName: 'Stowage',
  projectId: 'system',
  projectName: 'system',
  roles: ['admin'],
  administrator: true,
  via: 'system',
  tokenHash: null,
  expiresAt: null,
};
