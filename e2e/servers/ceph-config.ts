import path from 'node:path';

export interface CephPorts {
  /** Messenger v2 and v1 of the monitor. */
  readonly monitor: readonly [number, number];
  /** From here on the OSD and the manager take what they need. */
  readonly first: number;
  readonly gateway: number;
}

/** One monitor, one OSD that keeps everything in memory, and nothing outside of the directory but loopback ports. */
export function cephConfig(
  directory: string,
  { id, ports, more }: { id: string; ports: CephPorts; more: Readonly<Record<string, string>> },
): string {
  const inside = (name: string) => path.join(directory, name);
  const [v2, v1] = ports.monitor;
  const sections: Record<string, Record<string, string | number | boolean>> = {
    global: {
      fsid: id,
      mon_host: `[v2:127.0.0.1:${v2},v1:127.0.0.1:${v1}]`,
      public_addr: '127.0.0.1',
      cluster_addr: '127.0.0.1',
      ms_bind_ipv4: true,
      ms_bind_ipv6: false,
      ms_bind_port_min: ports.first,
      ms_bind_port_max: ports.first + 80,
      auth_cluster_required: 'cephx',
      auth_service_required: 'cephx',
      auth_client_required: 'cephx',
      auth_allow_insecure_global_id_reclaim: false,
      keyring: inside('keyring'),
      run_dir: inside('run'),
      admin_socket: inside('run/$cluster-$name.$pid.asok'),
      crash_dir: inside('crash'),
      log_file: inside('log/$name.log'),
      pid_file: inside('run/$name.pid'),
      mon_cluster_log_to_file: false,
      mon_data: inside('mon'),
      mon_data_avail_warn: 3,
      mon_data_avail_crit: 1,
      mon_allow_pool_size_one: true,
      mon_allow_pool_delete: true,
      mon_warn_on_pool_no_redundancy: false,
      mon_max_pg_per_osd: 1000,
      mon_osd_report_timeout: 900,
      paxos_propose_interval: 0.05,
      paxos_min_wait: 0.01,
      osd_pool_default_size: 1,
      osd_pool_default_min_size: 1,
      osd_pool_default_pg_num: 8,
      osd_pool_default_pgp_num: 8,
      osd_pool_default_pg_autoscale_mode: 'off',
      osd_crush_chooseleaf_type: 0,
      osd_data: inside('osd'),
      osd_objectstore: 'memstore',
      osd_op_num_shards: 2,
      // The least that it takes; a target for its cache, not memory that it holds.
      osd_memory_target: 939_524_096,
      osd_memory_target_autotune: false,
      osd_client_watch_timeout: 5,
      osd_mon_report_interval: 1,
      osd_class_default_list: '*',
      osd_class_load_list: '*',
      memstore_device_bytes: 12 * 1024 ** 3,
      mgr_data: inside('mgr'),
      // Without its Python modules it takes a tenth of the memory and knows the capacity at once.
      mgr_module_path: inside('no-modules'),
      mgr_stats_period: 1,
      ...more,
    },
    client: { log_file: '', admin_socket: '', pid_file: '' },
    'client.rgw': {
      rgw_frontends: `beast endpoint=127.0.0.1:${ports.gateway}`,
      rgw_data: inside('rgw'),
      rgw_thread_pool_size: 32,
      rgw_num_rados_handles: 1,
      rgw_swift_account_in_url: true,
      // What is removed goes soon, so that a test can see whether anything is left.
      rgw_gc_obj_min_wait: 1,
      rgw_gc_processor_period: 2,
      log_file: inside('log/rgw.log'),
      pid_file: inside('run/client.rgw.pid'),
    },
  };
  return Object.entries(sections)
    .map(([name, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key} = ${String(value)}`);
      return `[${name}]\n${lines.join('\n')}\n`;
    })
    .join('\n');
}
