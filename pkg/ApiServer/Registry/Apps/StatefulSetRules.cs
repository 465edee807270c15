using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Apps;

/// <summary>
/// What StatefulSets must obey; order, paths and words are those of k8s.io/kubernetes/pkg/apis/apps/validation.
/// </summary>
internal static class StatefulSetRules
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>Checks a StatefulSet; what was wrong in the stored one already is let through where upstream does.</summary>
    public static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        var spec = obj.Child("spec") ?? [];
        ValidatePolicies(spec, errors);
        if (old is null)
        {
            // They never change after that.
            ValidateClaims(spec, errors);
        }

        errors.NotNegative(Spec, spec, "replicas", "minReadySeconds");
        errors.NotNegative(Spec.Child("ordinals.start"), spec.Integer("ordinals.start"));
        if (old is null || old.Text("spec.serviceName") != spec.Text("serviceName"))
        {
            errors.AddMessages(Spec.Child("serviceName"), spec.Text("serviceName"), NameRules.IsDns1123Label);
        }

        if (WorkloadRules.ValidateSelector(obj, "statefulset", "", errors) is { } selector)
        {
            WorkloadRules.CheckMatch(selector, obj, errors);
            if (old is null || IsTemplateSound(old))
            {
                ValidateTemplate(obj, old, errors);
            }
        }

        WorkloadRules.CheckEndless(obj, "StatefulSet", errors);
    }

    /// <summary>Checks a changed status.</summary>
    public static void ValidateStatus(JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        errors.NotNegative(
            FieldPath.Of("status"), obj.Child("status"), "replicas", "readyReplicas", "currentReplicas",
            "updatedReplicas", "availableReplicas", "observedGeneration", "collisionCount");
        WorkloadRules.CheckParts(
            obj, errors, "replicas", "status.replicas", "readyReplicas", "currentReplicas", "updatedReplicas",
            "availableReplicas");
        WorkloadRules.CheckParts(obj, errors, "readyReplicas", "status.readyReplicas", "availableReplicas");
        WorkloadRules.CheckCollisionCount(obj, old, errors);
    }

    private static void ValidatePolicies(JsonObject spec, FieldErrorList errors)
    {
        var management = spec.Text("podManagementPolicy");
        if (management.Length == 0)
        {
            errors.Required(Spec.Child("podManagementPolicy"));
        }
        else if (management is not ("OrderedReady" or "Parallel"))
        {
            errors.Invalid(Spec.Child("podManagementPolicy"), management, "must be 'OrderedReady' or 'Parallel'");
        }

        ValidateStrategy(spec.Child("updateStrategy") ?? [], Spec.Child("updateStrategy"), errors);
        if (spec.Child("persistentVolumeClaimRetentionPolicy") is { } retention)
        {
            foreach (var field in new[] { "whenDeleted", "whenScaled" })
            {
                if (retention.Text(field) is var policy && policy is not ("Retain" or "Delete"))
                {
                    errors.NotOneOf(
                        Spec.Child("persistentVolumeClaimRetentionPolicy", field), policy, "Retain", "Delete");
                }
            }
        }
    }

    private static void ValidateClaims(JsonObject spec, FieldErrorList errors)
    {
        foreach (var (claim, at) in spec.Items("volumeClaimTemplates").Indexed(Spec.Child("volumeClaimTemplates")))
        {
            ClaimRules.Validate(
                KubeJson.Deserialize<V1PersistentVolumeClaimSpec>(claim.Child("spec") ?? []), at.Child("spec"), errors);
        }
    }

    private static void ValidateStrategy(JsonObject strategy, FieldPath path, FieldErrorList errors)
    {
        var rolling = strategy.Child("rollingUpdate");
        switch (strategy.Text("type"))
        {
            case "":
                errors.Required(path);
                break;
            case "OnDelete" when rolling is not null:
                errors.Invalid(
                    path.Child("rollingUpdate"), RuleExtensions.Shown(rolling),
                    "only allowed for updateStrategy 'RollingUpdate'");
                break;
            case "RollingUpdate" when rolling is not null:
                ValidateRolling(rolling, path.Child("rollingUpdate"), errors);
                break;
            case "OnDelete" or "RollingUpdate":
                break;
            default:
                errors.Invalid(path, RuleExtensions.Shown(strategy), "must be 'RollingUpdate' or 'OnDelete'");
                break;
        }
    }

    private static void ValidateRolling(JsonObject rolling, FieldPath path, FieldErrorList errors)
    {
        errors.NotNegative(path, rolling, "partition");
        if (rolling["maxUnavailable"] is { } unavailable)
        {
            var at = path.Child("maxUnavailable");
            RollingUpdateRules.ValidateAmount(unavailable, at, errors);
            if (RollingUpdateRules.IsZero(unavailable))
            {
                errors.Invalid(at, RuleExtensions.Shown(unavailable), "cannot be 0");
            }

            RollingUpdateRules.NotMoreThanAll(unavailable, at, errors);
        }
    }

    private static bool IsTemplateSound(JsonObject old)
    {
        var errors = new FieldErrorList();
        ValidateTemplate(old, old, errors);
        return errors.Count == 0;
    }

    // Each claim template becomes a volume of its name in every pod, which containers may mount.
    private static void ValidateTemplate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        var spec = obj.Child("spec");
        var template = spec.Child("template")?.DeepClone().AsObject() ?? [];
        var pod = template.Ensure("spec");
        var claims = spec.Items("volumeClaimTemplates").Select(c => c.Text("metadata.name")).ToHashSet();
        var volumes = pod.Items("volumes").Where(v => !claims.Contains(v.Text("name"))).Select(v => v.DeepClone());
        var claimed = claims.Select(name => (JsonNode)new JsonObject
        {
            ["name"] = name,
            ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = name },
        });
        pod["volumes"] = new JsonArray([.. volumes, .. claimed]);
        PodTemplateRules.Validate(template, Spec.Child("template"), errors, old.Child("spec").Child("template"));
    }
}
