using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>
/// The resize subresource (KEP-1287, KEP-5419): of all that a client sends only resources count, the pod's and its
/// containers' of any sort, and of those only cpu and memory may change.
/// </summary>
internal static class PodResize
{
    private const string OnlyComputing = "only cpu and memory resources are mutable";

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly string[] Lists = ["containers", "initContainers"];

    /// <summary>Takes over the resources that the client wants into the stored spec.</summary>
    public static void TakeResources(JsonObject spec, JsonObject? wanted)
    {
        foreach (var (container, asked) in Lists.SelectMany(field => spec.Items(field).Zip(wanted.Items(field))).ToList())
        {
            PodUpdateRules.Take("resources", container, asked);
            PodUpdateRules.Take("resizePolicy", container, asked);
        }

        PodUpdateRules.Take("resources", spec, wanted ?? []);
    }

    /// <summary>Whether the client sent the same containers in the same order.</summary>
    public static bool IsSameContainers(JsonObject? sent, JsonObject spec) =>
        Lists.All(field => sent.Count(field) == spec.Count(field) && IsSameOrder(sent, spec, field));

    /// <summary>Checks a resized pod against the stored one.</summary>
    public static void Validate(JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        var (spec, before) = (obj.Child("spec") ?? [], old.Child("spec") ?? []);
        if (old.Child("metadata").Child("annotations")?[PodAnnotationRules.Mirror] is not null)
        {
            errors.Forbidden(FieldPath.Of("[]"), "static pods cannot be resized");
            return;
        }

        if (before.Text("os.name") == "windows")
        {
            errors.Forbidden(FieldPath.Of("[]"), "windows pods cannot be resized");
            return;
        }

        PodRules.Validate(obj, errors, old);
        var qos = old.Text("status.qosClass") is { Length: > 0 } known ? known : PodQos.Of(before);
        if (PodQos.Of(spec) != qos)
        {
            errors.Invalid(Spec, qos, "Pod QOS Class may not change as a result of resizing");
        }

        if (!IsSupported(old))
        {
            errors.Forbidden(Spec, "Pod running on node without support for resize");
        }

        ValidatePodLevel(spec, before, errors);
        if (!ValidateOrder(spec, before, errors))
        {
            return;
        }

        foreach (var (container, then, at) in Pairs(spec, before, "initContainers").Concat(Pairs(spec, before, "containers")))
        {
            ForbidRemoval("resource", container, then, at.Child("resources"), errors);
        }

        ValidateOthersKept(spec, before, errors);
    }

    private static void ValidatePodLevel(JsonObject spec, JsonObject before, FieldErrorList errors)
    {
        var path = Spec.Child("resources");
        if (spec.Child("resources") is null && before.Child("resources") is not null)
        {
            errors.Forbidden(path, "pod-level resources cannot be removed");
            return;
        }

        ForbidRemoval("pod-level resource", spec, before, path, errors);
        if (!JsonNode.DeepEquals(WithoutComputing(spec), WithoutComputing(before)))
        {
            errors.Forbidden(Spec, OnlyComputing + " at pod-level");
        }
    }

    // False when there is no telling which container is to have which resources.
    private static bool ValidateOrder(JsonObject spec, JsonObject before, FieldErrorList errors)
    {
        var count = errors.Count;
        foreach (var field in Lists)
        {
            if (spec.Count(field) != before.Count(field))
            {
                errors.Forbidden(Spec.Child(field), $"{field} may not be added or removed on resize");
                continue;
            }

            foreach (var (container, then, at) in Pairs(spec, before, field))
            {
                if (container.Text("name") != then.Text("name"))
                {
                    errors.Forbidden(at.Child("name"), $"{field} may not be renamed or reordered on resize");
                }
            }
        }

        return errors.Count == count;
    }

    private static bool IsSameOrder(JsonObject? spec, JsonObject before, string field) =>
        spec.Items(field).Zip(before.Items(field)).All(pair => pair.First.Text("name") == pair.Second.Text("name"));

    private static void ValidateOthersKept(JsonObject spec, JsonObject before, FieldErrorList errors)
    {
        foreach (var (container, then, _) in Pairs(spec, before, "containers"))
        {
            if (!IsKept(container, then))
            {
                errors.Forbidden(Spec, OnlyComputing);
            }
        }

        foreach (var (container, then, at) in Pairs(spec, before, "initContainers"))
        {
            if (!IsKept(container, then))
            {
                errors.Forbidden(at, "only cpu and memory resources for init or sidecar containers are mutable");
            }

            // Only pods from before this was refused have one.
            if (!IsSidecar(container) && !JsonNode.DeepEquals(container, then)
                && container.Items("resizePolicy").Any(policy => policy.Text("restartPolicy") == "RestartContainer"))
            {
                errors.Forbidden(
                    at, "non-sidecar init containers with a resize policy of RestartContainer cannot be resized");
            }
        }
    }

    private static bool IsKept(JsonObject container, JsonObject before) =>
        JsonNode.DeepEquals(WithoutComputing(container), WithoutComputing(before))
        && JsonNode.DeepEquals(container["resizePolicy"], before["resizePolicy"]);

    private static void ForbidRemoval(
        string what, JsonObject owner, JsonObject before, FieldPath path, FieldErrorList errors)
    {
        foreach (var kind in new[] { "requests", "limits" })
        {
            var now = owner.Child("resources").Child(kind);
            if ((before.Child("resources").Child(kind) ?? []).Any(amount => now?[amount.Key] is null))
            {
                errors.Forbidden(path.Child(kind), $"{what} {kind} cannot be removed");
            }
        }
    }

    // A kubelet that can resize tells what its containers have.
    private static bool IsSupported(JsonObject pod) =>
        pod.Child("status").Items("containerStatuses").FirstOrDefault(c => c.At("state.running") is not null) is not { } running
        || running["resources"] is not null;

    private static bool IsSidecar(JsonObject container) => container.Text("restartPolicy") == "Always";

    private static IEnumerable<(JsonObject Now, JsonObject Before, FieldPath Path)> Pairs(
        JsonObject spec, JsonObject before, string field) =>
        spec.Items(field).Zip(before.Items(field)).Select((pair, i) => (pair.First, pair.Second, Spec.Child(field).Index(i)));

    private static JsonObject WithoutComputing(JsonObject owner)
    {
        var resources = (owner.Child("resources") ?? []).DeepClone().AsObject();
        foreach (var kind in new[] { "requests", "limits" })
        {
            resources.Child(kind)?.Remove("cpu");
            resources.Child(kind)?.Remove("memory");
            if (resources.Count(kind) == 0)
            {
                resources.Remove(kind);
            }
        }

        return resources;
    }
}
