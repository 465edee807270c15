using Kube1.Api;
using Kube1.Api.Models;

namespace Kube1.Controllers;

/// <summary>The one owner reference of an object that says "managed by".</summary>
internal static class ControllerReferences
{
    /// <summary>The name of the informer index by the uid of the controlling owner.</summary>
    public const string IndexName = "controllerUid";

    /// <summary>The controlling owner of an object; null for an orphan.</summary>
    public static V1OwnerReference? Of(IKubernetesObject obj) =>
        obj.Metadata.OwnerReferences?.Find(r => r.Controller == true);

    /// <summary>A reference that makes <paramref name="owner"/> the controlling owner.</summary>
    public static V1OwnerReference To(GroupVersionKind kind, V1ObjectMeta owner) => new()
    {
        ApiVersion = kind.ApiVersion,
        Kind = kind.Kind,
        Name = owner.Name ?? "",
        Uid = owner.Uid ?? "",
        Controller = true,
        BlockOwnerDeletion = true,
    };

    /// <summary>Whether <paramref name="owner"/> controls <paramref name="obj"/>.</summary>
    public static bool IsControlledBy(IKubernetesObject obj, V1ObjectMeta owner) => Of(obj)?.Uid == owner.Uid;

    /// <summary>Keys for <see cref="IndexName"/>; orphans are under the empty key.</summary>
    public static IEnumerable<string> IndexKeys(IKubernetesObject obj) => [Of(obj)?.Uid ?? ""];
}
