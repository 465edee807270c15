using Kube1.Api.Models;

namespace Kube1.Controllers.VolumeProtection;

/// <summary>The finalizer that keeps a volume or a claim while it is in use.</summary>
internal static class ProtectionFinalizer
{
    public const string OfClaims = "kubernetes.io/pvc-protection";
    public const string OfVolumes = "kubernetes.io/pv-protection";

    /// <summary>Whether an object is to go and waits for this finalizer.</summary>
    public static bool IsAwaited(IKubernetesObject obj, string finalizer) =>
        obj.Metadata.DeletionTimestamp is not null && obj.Metadata.Finalizers?.Contains(finalizer) == true;

    /// <summary>Whether an object is unprotected, as those are that came while the admission plug-in was off.</summary>
    public static bool IsMissing(IKubernetesObject obj, string finalizer) =>
        obj.Metadata.DeletionTimestamp is null && obj.Metadata.Finalizers?.Contains(finalizer) != true;

    /// <summary>A copy with the finalizer taken away.</summary>
    public static T Without<T>(T obj, string finalizer)
        where T : class, IKubernetesObject
    {
        var changed = KubeJson.Clone(obj);
        changed.Metadata.Finalizers!.RemoveAll(f => f == finalizer);
        return changed;
    }

    /// <summary>A copy with the finalizer.</summary>
    public static T With<T>(T obj, string finalizer)
        where T : class, IKubernetesObject
    {
        var changed = KubeJson.Clone(obj);
        (changed.Metadata.Finalizers ??= []).Add(finalizer);
        return changed;
    }
}
