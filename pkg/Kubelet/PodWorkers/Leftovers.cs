using Kube1.Kubelet.Resources;
using Kube1.Kubelet.Volumes;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>
/// Removes volumes and cgroups of pods that neither the API nor the runtime knows: they were deleted while kube1 was down.
/// </summary>
internal static class Leftovers
{
    public static async Task RemoveAsync(
        PodFolders folders, PodVolumes volumes, PodCgroups? cgroups, Func<string, bool> isKnown, CancellationToken ct)
    {
        if (Directory.Exists(folders.Pods))
        {
            foreach (var uid in Directory.GetDirectories(folders.Pods).Select(p => Path.GetFileName(p)!).Where(u => !isKnown(u)))
            {
                volumes.TearDown(uid);
            }
        }

        foreach (var uid in (cgroups?.Uids() ?? []).Where(u => !isKnown(u)).ToList())
        {
            await cgroups!.RemoveAsync(uid, ct);
        }
    }
}
