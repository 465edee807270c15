using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>What a kubelet, or whoever else writes a pod's status, may say.</summary>
internal static class PodStatusRules
{
    private const string MayNotRestart = "may not be transitioned to non-terminated state";

    private const string OneForEachFamily = "may specify no more than one IP for each IP family";

    private static readonly FieldPath Status = FieldPath.Of("status");

    /// <summary>Checks a changed status against the stored pod.</summary>
    public static void Validate(JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        PodUpdateRules.ValidateAnnotations(obj, old, errors);
        var status = KubeJson.Deserialize<V1PodStatus>(obj.Child("status") ?? []);
        ValidateConditions(status.Conditions, errors);
        if (status.NominatedNodeName != old.Text("status.nominatedNodeName"))
        {
            errors.AddMessages(
                Status.Child("nominatedNodeName"), status.NominatedNodeName, NameRules.IsDns1123Subdomain);
        }

        if ((status.QosClass ?? "") != old.Text("status.qosClass"))
        {
            errors.Invalid(Status.Child("qosClass"), status.QosClass ?? "", "field is immutable");
        }

        var spec = old.Child("spec");
        ValidateTransitions(obj, old, "containerStatuses", spec.Text("restartPolicy"), errors);
        ValidateTransitions(obj, old, "initContainerStatuses", spec.Text("restartPolicy"), errors);
        ValidateTransitions(obj, old, "ephemeralContainerStatuses", "Never", errors);
        ValidateClaims(status.ResourceClaimStatuses, spec, errors);
        ValidatePodIPs(status.PodIPs, errors);
        ValidateHostIPs(status, errors);
        foreach (var (containers, field) in new[]
        {
            (status.ContainerStatuses, "containerStatuses"), (status.InitContainerStatuses, "initContainerStatuses"),
            (status.EphemeralContainerStatuses, "ephemeralContainerStatuses"),
        })
        {
            ValidateUsers(containers, spec.Text("os.name") == "windows", Status.Child(field), errors);
        }

        DeviceHealthRules.Validate(
            status.ContainerStatuses, spec.Items("containers"), Status.Child("containerStatuses"), errors);
        DeviceHealthRules.Validate(
            status.InitContainerStatuses, spec.Items("initContainers"), Status.Child("initContainerStatuses"), errors);
        DeviceHealthRules.Forbid(
            status.EphemeralContainerStatuses, Status.Child("ephemeralContainerStatuses"), errors);
    }

    private static void ValidateConditions(List<V1PodCondition>? conditions, FieldErrorList errors)
    {
        foreach (var (condition, at) in conditions.Indexed(FieldPath.Of("metadata", "conditions")))
        {
            if (condition.Type is not ("PodScheduled" or "Ready" or "Initialized"))
            {
                errors.AddMessages(at.Child("Type"), condition.Type, NameRules.IsQualifiedName, evenEmpty: true);
            }
        }
    }

    /// <summary>A container that has ended stays ended where nothing restarts it.</summary>
    private static void ValidateTransitions(
        JsonObject obj, JsonObject old, string field, string restartPolicy, FieldErrorList errors)
    {
        if (restartPolicy == "Always")
        {
            return;
        }

        var now = obj.Child("status").Items(field).ToLookup(c => c.Text("name"));
        foreach (var (container, at) in old.Child("status").Items(field).Indexed(Status.Child(field)))
        {
            var mayRestart = container.At("state.terminated") is not JsonObject ended
                || ((ended.Integer("exitCode") ?? 0) != 0 && restartPolicy == "OnFailure")
                || MayRestart(old.Child("spec"), container.Text("name"));
            if (mayRestart)
            {
                continue;
            }

            foreach (var _ in now[container.Text("name")].Where(c => c.At("state.terminated") is null))
            {
                errors.Forbidden(at.Child("state"), MayNotRestart);
            }
        }
    }

    // Sidecars restart whatever the pod's policy is, and so do containers with a policy of their own.
    private static bool MayRestart(JsonObject? spec, string name) =>
        spec.Items("initContainers").Concat(spec.Items("containers"))
            .FirstOrDefault(container => container.Text("name") == name) is { } container
        && (container.Text("restartPolicy") is "Always" or "OnFailure" || container.Count("restartPolicyRules") > 0);

    private static void ValidateClaims(List<V1PodResourceClaimStatus>? claims, JsonObject? spec, FieldErrorList errors)
    {
        var known = spec.Items("resourceClaims").Select(claim => claim.Text("name")).ToHashSet(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (claim, item) in claims.Indexed(Status.Child("resourceClaimStatuses")))
        {
            var at = item.Child("name");
            if (!known.Contains(claim.Name))
            {
                errors.Invalid(at, claim.Name, "must match the name of an entry in `spec.resourceClaims`");
            }

            if (!names.Add(claim.Name))
            {
                errors.Duplicate(at, claim.Name);
            }

            errors.AddMessages(item.Child("resourceClaimName"), claim.ResourceClaimName, NameRules.IsDns1123Subdomain);
        }
    }

    private static void ValidatePodIPs(List<V1PodIP>? addresses, FieldErrorList errors)
    {
        var path = Status.Child("podIPs");
        var texts = addresses?.Select(address => address.Ip).ToList() ?? [];
        foreach (var (address, at) in texts.Indexed(path))
        {
            AddressRules.ValidateIP(address, at, errors);
        }

        if (texts.Count > 1 && !IsOneOfEach(texts))
        {
            errors.Invalid(path, VerbatimValue.List(texts.Select(Shown)), OneForEachFamily);
        }

        ValidateDistinct(texts, path, errors);
    }

    private static void ValidateHostIPs(V1PodStatus status, FieldErrorList errors)
    {
        var path = Status.Child("hostIPs");
        var texts = status.HostIPs?.Select(address => address.Ip).ToList() ?? [];
        if (texts.Count > 0 && texts[0] != (status.HostIP ?? ""))
        {
            errors.Invalid(path.Index(0).Child("ip"), texts[0], "must be equal to `hostIP`");
        }

        foreach (var (address, at) in texts.Indexed(path))
        {
            AddressRules.ValidateIP(address, at, errors);
        }

        ValidateDistinct(texts, path, errors);
        if (texts.Count > 1 && !IsOneOfEach(texts))
        {
            errors.Invalid(path, VerbatimValue.List(texts.Select(Shown)), OneForEachFamily);
        }
    }

    private static void ValidateDistinct(List<string> addresses, FieldPath path, FieldErrorList errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (address, at) in addresses.Indexed(path))
        {
            if (!seen.Add(address))
            {
                errors.Duplicate(at, Shown(address));
            }
        }
    }

    private static bool IsOneOfEach(List<string> addresses) =>
        addresses.Count == 2 && AddressRules.IsIPv6(addresses[0]) != AddressRules.IsIPv6(addresses[1]);

    private static VerbatimValue Shown(string address) => VerbatimValue.Struct(("IP", address));

    private static void ValidateUsers(
        List<V1ContainerStatus>? containers, bool onWindows, FieldPath path, FieldErrorList errors)
    {
        foreach (var (container, item) in containers.Indexed(path))
        {
            if (container.User?.Linux is not { } user)
            {
                continue;
            }

            var at = item.Child("linux");
            if (onWindows)
            {
                errors.Forbidden(at, "cannot be set for a windows pod");
                continue;
            }

            ValidateId(user.Uid, at.Child("uid"), errors);
            ValidateId(user.Gid, at.Child("gid"), errors);
            foreach (var (group, groupAt) in user.SupplementalGroups.Indexed(at.Child("supplementalGroups")))
            {
                ValidateId(group, groupAt, errors);
            }
        }
    }

    private static void ValidateId(long id, FieldPath path, FieldErrorList errors)
    {
        if (id is < 0 or > int.MaxValue)
        {
            errors.Invalid(path, id, NameRules.InclusiveRange(0, int.MaxValue));
        }
    }
}
