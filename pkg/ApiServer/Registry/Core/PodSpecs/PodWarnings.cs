using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>What a client is told about pods and templates that will do, but hardly as meant.</summary>
internal static class PodWarnings
{
    private const string NullSelector = "a null labelSelector results in matching no pod";

    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";

    private const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";

    private const string UseSeccompField = "non-functional in v1.27+; use the \"seccompProfile\" field instead";

    private static readonly (string Key, string Message)[] DeadAnnotations =
    [
        ("scheduler.alpha.kubernetes.io/critical-pod",
            "non-functional in v1.16+; use the \"priorityClassName\" field instead"),
        ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
        ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ];

    /// <summary>Of a workload's template; nothing when an update leaves the template as it is.</summary>
    public static IEnumerable<string> OfTemplate(JsonObject obj, JsonObject? old) =>
        old is not null && JsonNode.DeepEquals(obj.At("spec.template"), old.At("spec.template"))
            ? []
            : OfTemplate(obj.At("spec.template") as JsonObject, FieldPath.Of("spec", "template"));

    /// <summary>Of a template at a path.</summary>
    public static IReadOnlyList<string> OfTemplate(JsonObject? template, FieldPath path)
    {
        var warnings = new List<string>();
        Add(template, path.Child("metadata"), path.Child("spec"), warnings);
        AddAppArmor(template, path, warnings);
        return warnings;
    }

    /// <summary>Of a new pod: upstream says nothing on updates, which machines make.</summary>
    public static IReadOnlyList<string> OfPod(JsonObject pod)
    {
        var warnings = new List<string>();
        if (NameRules.IsDns1123Label(pod.Text("metadata.name")) is { Count: > 0 } messages)
        {
            warnings.Add(
                "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is "
                + $"recommended: [{string.Join(' ', messages)}]");
        }

        Add(pod, FieldPath.Of("metadata"), FieldPath.Of("spec"), warnings);
        return warnings;
    }

    private static void Add(JsonObject? pod, FieldPath metadata, FieldPath path, List<string> warnings)
    {
        var spec = pod.Child("spec");
        AddNodeLabels(spec, path, warnings);
        AddSpread(spec, path.Child("topologySpreadConstraints"), warnings);
        var annotations = pod.Child("metadata").Child("annotations");
        foreach (var (key, message) in DeadAnnotations)
        {
            if (annotations?[key] is not null)
            {
                warnings.Add($"{metadata.Child("annotations").Key(key)}: {message}");
            }
        }

        VolumeWarnings.Add(spec, path.Child("volumes"), warnings);
        AddLists(spec, path, warnings);
        ContainerWarnings.AddFraction(spec.Child("overhead"), "memory", path.Child("overhead"), warnings);
        ContainerWarnings.AddFraction(spec.Child("overhead"), "ephemeral-storage", path.Child("overhead"), warnings);
        AddSeccomp(spec, annotations, metadata.Child("annotations"), path, warnings);
        ContainerWarnings.AddPorts(spec, path, warnings);
        if (spec.Integer("terminationGracePeriodSeconds") < 0)
        {
            warnings.Add($"{path.Child("terminationGracePeriodSeconds")}: must be >= 0; negative values are invalid and will "
                + "be treated as 1");
        }

        AddAffinity(spec.Child("affinity").Child("podAffinity"), path.Child("affinity", "podAffinity"), warnings);
        AddAffinity(spec.Child("affinity").Child("podAntiAffinity"), path.Child("affinity", "podAntiAffinity"), warnings);
        AddAddresses(spec, path, warnings);
    }

    private static void AddNodeLabels(JsonObject? spec, FieldPath path, List<string> warnings)
    {
        foreach (var (key, _) in spec.Child("nodeSelector") ?? [])
        {
            if (NodeLabelWarnings.Of(key) is { } message)
            {
                warnings.Add($"{path.Child("nodeSelector").Key(key)}: {message}");
            }
        }

        var at = path.Child("affinity", "nodeAffinity");
        var affinity = spec.Child("affinity").Child("nodeAffinity");
        var terms = affinity.Child(Required).Items("nodeSelectorTerms");
        foreach (var (term, termAt) in terms.Indexed(at.Child(Required, "nodeSelectorTerms")))
        {
            NodeLabelWarnings.AddTerm(term, checkValues: false, termAt, warnings);
        }

        foreach (var (term, termAt) in affinity.Items(Preferred).Indexed(at.Child(Preferred)))
        {
            NodeLabelWarnings.AddTerm(term.Child("preference"), checkValues: true, termAt.Child("preference"), warnings);
        }
    }

    private static void AddSpread(JsonObject? spec, FieldPath path, List<string> warnings)
    {
        foreach (var (constraint, at) in spec.Items("topologySpreadConstraints").Indexed(path))
        {
            var key = constraint.Text("topologyKey");
            if (NodeLabelWarnings.Of(key) is { } message)
            {
                warnings.Add($"{at.Child("topologyKey")}: {key} is {message}");
            }

            if (constraint["labelSelector"] is null)
            {
                warnings.Add($"{at.Child("labelSelector")}: {NullSelector}");
            }
        }
    }

    private static void AddLists(JsonObject? spec, FieldPath path, List<string> warnings)
    {
        var addresses = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (alias, at) in spec.Items("hostAliases").Indexed(path.Child("hostAliases")))
        {
            if (!addresses.Add(alias.Text("ip")))
            {
                warnings.Add($"{at.Child("ip")}: duplicate ip \"{alias.Text("ip")}\"");
            }
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (secret, at) in spec.Items("imagePullSecrets").Indexed(path.Child("imagePullSecrets")))
        {
            if (!names.Add(secret.Text("name")))
            {
                warnings.Add($"{at.Child("name")}: duplicate name \"{secret.Text("name")}\"");
            }
        }

        foreach (var (secret, at) in spec.Items("imagePullSecrets").Indexed(path.Child("imagePullSecrets")))
        {
            if (secret.Text("name").Length == 0)
            {
                warnings.Add($"{at.Child("name")}: invalid empty name \"\"");
            }
        }
    }

    private static void AddSeccomp(
        JsonObject? spec, JsonObject? annotations, FieldPath annotationsPath, FieldPath path, List<string> warnings)
    {
        if (annotations?[PodAnnotationRules.SeccompPod] is not null && spec.At("securityContext.seccompProfile") is null)
        {
            warnings.Add($"{annotationsPath.Key(PodAnnotationRules.SeccompPod)}: {UseSeccompField}");
        }

        foreach (var (container, at) in ContainerWarnings.Visit(spec, path))
        {
            var key = PodAnnotationRules.SeccompContainer + container.Text("name");
            if (annotations?[key] is not null && container.At("securityContext.seccompProfile") is null)
            {
                warnings.Add($"{annotationsPath.Key(key)}: {UseSeccompField}");
            }

            ContainerWarnings.Add(container, at, warnings);
        }
    }

    private static void AddAppArmor(JsonObject? template, FieldPath path, List<string> warnings)
    {
        var annotations = template.Child("metadata").Child("annotations");
        if (annotations is null || template.At("spec.securityContext.appArmorProfile") is not null)
        {
            return;
        }

        foreach (var (container, _) in ContainerWarnings.Visit(template.Child("spec"), path))
        {
            var key = PodAnnotationRules.AppArmorContainer + container.Text("name");
            if (annotations[key] is not null && container.At("securityContext.appArmorProfile") is null)
            {
                warnings.Add($"{path.Child("metadata", "annotations").Key(key)}: deprecated since v1.30; use the "
                    + "\"appArmorProfile\" field instead");
            }
        }
    }

    private static void AddAffinity(JsonObject? affinity, FieldPath path, List<string> warnings)
    {
        foreach (var (term, at) in affinity.Items(Required).Indexed(path.Child(Required)))
        {
            if (term["labelSelector"] is null)
            {
                warnings.Add($"{at.Child("labelSelector")}: {NullSelector}");
            }
        }

        foreach (var (term, at) in affinity.Items(Preferred).Indexed(path.Child(Preferred)))
        {
            if (term.At("podAffinityTerm.labelSelector") is null)
            {
                warnings.Add($"{at.Child("podAffinityTerm", "labelSelector")}: {NullSelector}");
            }
        }
    }

    private static void AddAddresses(JsonObject? spec, FieldPath path, List<string> warnings)
    {
        var nameservers = spec.Texts("dnsConfig.nameservers").Indexed(path.Child("dnsConfig", "nameservers"));
        var aliases = spec.Items("hostAliases").Indexed(path.Child("hostAliases"))
            .Select(alias => (alias.Item.Text("ip"), alias.Path.Child("ip")));
        foreach (var (address, at) in nameservers.Concat(aliases))
        {
            if (AddressRules.WarningForIP(address, at) is { } warning)
            {
                warnings.Add(warning);
            }
        }
    }
}
