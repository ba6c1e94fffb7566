package dev.holdfast.disk;

/**
 * The machine and the process as a transaction's record names them.
 *
 * @param bootId the kernel's random id of this boot
 * @param machineId the machine's id ({@code /etc/machine-id}), or empty
 * @param hostName the host's name
 * @param userName the effective user's name, or its number
 * @param uid the effective user
 * @param gid the effective group
 * @param loginUid the audit login uid, or -1
 * @param processId this process
 */
public record Host(
    String bootId,
    String machineId,
    String hostName,
    String userName,
    int uid,
    int gid,
    long loginUid,
    long processId) {

  /** Returns whether the process may do what only root may. */
  public boolean isRoot() {
    return uid == 0;
  }
}
