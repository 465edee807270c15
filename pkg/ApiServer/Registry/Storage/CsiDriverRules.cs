using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Storage;

/// <summary>
/// What CSIDrivers must obey; order, paths and words are those of k8s.io/kubernetes/pkg/apis/storage/validation.
/// </summary>
internal static class CsiDriverRules
{
    private const long MinTokenSeconds = 600;

    private const long MaxTokenSeconds = 1L << 32;

    private const long MinAllocatableUpdateSeconds = 10;

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly string[] GroupPolicies = ["File", "None", "ReadWriteOnceWithFSType"];

    /// <summary>Checks a driver.</summary>
    public static void Validate(JsonObject obj, FieldErrorList errors)
    {
        var spec = obj.Child("spec") ?? [];
        DriverRules.ValidateDriverName(obj.Text("metadata.name"), FieldPath.Of("metadata", "name"), errors);
        foreach (var (field, name) in new[]
        {
            ("attachRequired", "attachedRequired"), ("podInfoOnMount", "podInfoOnMount"),
            ("storageCapacity", "storageCapacity"),
        })
        {
            if (spec[field] is null)
            {
                errors.Required(Spec.Child(name));
            }
        }

        if (spec["fsGroupPolicy"] is null)
        {
            errors.Required(Spec.Child("fsGroupPolicy"));
        }
        else if (spec.Text("fsGroupPolicy") is var policy && !GroupPolicies.Contains(policy))
        {
            errors.NotOneOf(Spec.Child("fsGroupPolicy"), policy, GroupPolicies);
        }

        ValidateTokens(spec, Spec.Child("tokenRequests"), errors);
        foreach (var mode in spec.Texts("volumeLifecycleModes"))
        {
            if (mode is not ("Persistent" or "Ephemeral"))
            {
                errors.NotOneOf(Spec.Child("volumeLifecycleModes"), mode, "Persistent", "Ephemeral");
            }
        }

        if (spec["seLinuxMount"] is null)
        {
            errors.Required(Spec.Child("seLinuxMount"));
        }

        if (spec.Integer("nodeAllocatableUpdatePeriodSeconds") is < MinAllocatableUpdateSeconds and var period)
        {
            errors.Invalid(
                Spec.Child("nodeAllocatableUpdatePeriodSeconds"), period,
                $"must be greater than or equal to {MinAllocatableUpdateSeconds} seconds");
        }
    }

    /// <summary>Checks a changed driver against the stored one.</summary>
    public static void ValidateUpdate(JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        Validate(obj, errors);
        errors.Immutable(
            Spec.Child("attachedRequired"), obj.At("spec.attachRequired"), old.At("spec.attachRequired"));
        errors.Immutable(
            Spec.Child("volumeLifecycleModes"), obj.At("spec.volumeLifecycleModes"),
            old.At("spec.volumeLifecycleModes"));
    }

    private static void ValidateTokens(JsonObject spec, FieldPath path, FieldErrorList errors)
    {
        var audiences = new HashSet<string>();
        foreach (var (request, at) in spec.Items("tokenRequests").Indexed(path))
        {
            if (!audiences.Add(request.Text("audience")))
            {
                errors.Duplicate(at.Child("audience"), request.Text("audience"));
                continue;
            }

            switch (request.Integer("expirationSeconds"))
            {
                case < MinTokenSeconds and var seconds:
                    errors.Invalid(
                        at.Child("expirationSeconds"), seconds, "may not specify a duration less than 10 minutes");
                    break;
                case > MaxTokenSeconds and var seconds:
                    errors.Invalid(
                        at.Child("expirationSeconds"), seconds,
                        "may not specify a duration larger than 2^32 seconds");
                    break;
            }
        }
    }
}
