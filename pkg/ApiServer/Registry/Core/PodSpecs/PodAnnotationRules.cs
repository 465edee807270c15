using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Annotations of pods and templates that mean something to the server; most of them have a field by now.</summary>
internal static class PodAnnotationRules
{
    /// <summary>Set on pods that a kubelet shows to the server: it runs them from a file.</summary>
    public const string Mirror = "kubernetes.io/config.mirror";

    private const string DeletionCost = "controller.kubernetes.io/pod-deletion-cost";

    /// <summary>A seccomp profile, before there were fields.</summary>
    public const string SeccompPod = "seccomp.security.alpha.kubernetes.io/pod";

    /// <summary>The same for the container named after the slash.</summary>
    public const string SeccompContainer = "container.seccomp.security.alpha.kubernetes.io/";

    /// <summary>An AppArmor profile for the container named after the slash.</summary>
    public const string AppArmorContainer = "container.apparmor.security.beta.kubernetes.io/";

    private const string RuntimeDefault = "runtime/default";

    private const string Localhost = "localhost/";

    private const string Unconfined = "unconfined";

    /// <summary>
    /// Checks the annotations of a pod or a template, in upstream's order; <paramref name="path"/> is theirs. A deletion
    /// cost is checked unless the one in <paramref name="before"/> was wrong already.
    /// </summary>
    public static void Validate(
        JsonObject? annotations, V1PodSpec spec, FieldPath path, FieldErrorList errors, JsonObject? before = null)
    {
        if (annotations is null)
        {
            return;
        }

        if (annotations.TryGetPropertyValue(Mirror, out var mirror) && string.IsNullOrEmpty(spec.NodeName))
        {
            errors.Invalid(
                path.Key(Mirror), (string?)mirror ?? "", "must set spec.nodeName if mirror pod annotation is set");
        }

        TaintAnnotationRules.ValidatePod(annotations, path, errors);
        if (CostOf(annotations) is { } cost && !IsCost(cost) && (CostOf(before) is not { } known || IsCost(known)))
        {
            errors.Invalid(path.Key(DeletionCost), cost, "must be a 32bit integer");
        }

        foreach (var (key, value) in annotations.Where(pair => pair.Key == SeccompPod)
            .Concat(annotations.Where(pair => pair.Key.StartsWith(SeccompContainer, StringComparison.Ordinal))))
        {
            ValidateSeccomp((string?)value ?? "", path.Child(key), errors);
        }

        foreach (var (key, value) in annotations)
        {
            if (key.StartsWith(AppArmorContainer, StringComparison.Ordinal))
            {
                ValidateAppArmor(key, (string?)value ?? "", spec, path, errors);
            }
        }
    }

    /// <summary>Some annotations of a stored pod stay as they are, and the others are as sound as those of a new one.</summary>
    public static void ValidateUpdate(
        JsonObject? annotations, JsonObject? before, V1PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        foreach (var (key, value) in before ?? [])
        {
            if (NameOf(key) is { } name && !JsonNode.DeepEquals(annotations?[key], value))
            {
                errors.Forbidden(path.Key(key), $"may not remove or update {name}");
            }
        }

        foreach (var (key, _) in annotations ?? [])
        {
            if (NameOf(key) is { } name && before?[key] is null)
            {
                errors.Forbidden(path.Key(key), $"may not add {name}");
            }
        }

        Validate(annotations, spec, path, errors, before);
    }

    /// <summary>Where an annotation and a field say the same thing, they must agree; <paramref name="path"/> is the spec's.</summary>
    public static void ValidateAgreement(JsonObject? annotations, V1PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (annotations is null)
        {
            return;
        }

        var ofPod = spec.SecurityContext;
        if (ofPod?.SeccompProfile is { } profile)
        {
            Agree(
                (string?)annotations[SeccompPod], profile.Type, profile.LocalhostProfile, "seccomp",
                path.Child("securityContext", "seccompProfile"), errors);
        }

        foreach (var (name, context, at) in Contexts(spec, path))
        {
            if (context?.SeccompProfile is { } seccomp)
            {
                Agree(
                    (string?)annotations[SeccompContainer + name], seccomp.Type, seccomp.LocalhostProfile, "seccomp",
                    at.Child("securityContext", "seccompProfile"), errors);
            }
        }

        foreach (var (name, context, at) in spec.Os?.Name == "windows" ? [] : Contexts(spec, path))
        {
            if ((context?.AppArmorProfile ?? ofPod?.AppArmorProfile) is { } appArmor)
            {
                Agree(
                    (string?)annotations[AppArmorContainer + name], appArmor.Type, appArmor.LocalhostProfile, "apparmor",
                    at.Child("securityContext", "appArmorProfile"), errors);
            }
        }
    }

    private static void ValidateAppArmor(
        string key, string profile, V1PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        var container = key[AppArmorContainer.Length..];
        if (!Contexts(spec, path).Any(other => other.Name == container))
        {
            errors.Invalid(path.Key(key), container, "container not found");
        }

        if (profile is not ("" or RuntimeDefault or Unconfined) && !profile.StartsWith(Localhost, StringComparison.Ordinal))
        {
            errors.Invalid(path.Key(key), profile, $"invalid AppArmor profile name: {GoText.Quote(profile)}");
        }
    }

    private static void ValidateSeccomp(string profile, FieldPath path, FieldErrorList errors)
    {
        if (profile.StartsWith(Localhost, StringComparison.Ordinal))
        {
            PathRules.Descending(profile[Localhost.Length..], path, errors);
        }
        else if (profile is not (RuntimeDefault or "docker/default" or Unconfined))
        {
            errors.Invalid(path, profile, "must be a valid seccomp profile");
        }
    }

    private static void Agree(
        string? annotation, string type, string? profile, string what, FieldPath path, FieldErrorList errors)
    {
        if (annotation is null)
        {
            return;
        }

        var isSame = type switch
        {
            "Unconfined" => annotation == Unconfined,
            "RuntimeDefault" => annotation == RuntimeDefault || (what == "seccomp" && annotation == "docker/default"),
            "Localhost" => annotation.StartsWith(Localhost, StringComparison.Ordinal),
            _ => true,
        };
        if (!isSame)
        {
            errors.Forbidden(path.Child("type"), $"{what} type in annotation and field must match");
        }
        else if (type == "Localhost" && annotation[Localhost.Length..] != profile)
        {
            errors.Forbidden(path.Child("localhostProfile"), $"{what} profile in annotation and field must match");
        }
    }

    private static string? NameOf(string key) => key == Mirror ? "mirror pod annotation"
        : key.StartsWith(AppArmorContainer, StringComparison.Ordinal) ? "AppArmor annotations"
        : null;

    private static string? CostOf(JsonObject? annotations) =>
        annotations is not null && annotations.TryGetPropertyValue(DeletionCost, out var cost) ? (string?)cost ?? "" : null;

    // No plus sign and no leading zeros.
    private static bool IsCost(string text) => text.Length > 0
        && (text[0] == '-' || text == "0" || text[0] is >= '1' and <= '9')
        && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    private static IEnumerable<(string Name, V1SecurityContext? Context, FieldPath Path)> Contexts(
        V1PodSpec spec, FieldPath path) =>
        Of(spec.InitContainers, path.Child("initContainers"), c => (c.Name, c.SecurityContext))
            .Concat(Of(spec.Containers, path.Child("containers"), c => (c.Name, c.SecurityContext)))
            .Concat(Of(spec.EphemeralContainers, path.Child("ephemeralContainers"), c => (c.Name, c.SecurityContext)));

    private static IEnumerable<(string, V1SecurityContext?, FieldPath)> Of<T>(
        List<T>? containers, FieldPath path, Func<T, (string Name, V1SecurityContext? Context)> read) =>
        containers?.Select((container, i) => (read(container).Name, read(container).Context, path.Index(i))) ?? [];
}
