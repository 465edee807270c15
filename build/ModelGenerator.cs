using System.Globalization;
using System.Text;

namespace Kube1.Build;

/// <summary>
/// Writes pkg/Api/Models/Generated from pkg/Api/Schema/Tables/types.tsv: one typed view for each kind in
/// <see cref="RootKinds"/> and for every type that those reach. The names are the C# client's (V1Pod, V1PodSpec).
/// </summary>
internal static class ModelGenerator
{
    /// <summary>The kinds that the program reads or writes as typed views. All other kinds live as schema-driven JSON only.</summary>
    private static readonly string[] RootKinds =
    [
        "io.k8s.api.core.v1.Binding", "io.k8s.api.core.v1.ConfigMap", "io.k8s.api.core.v1.Endpoints",
        "io.k8s.api.core.v1.Event", "io.k8s.api.core.v1.LimitRange", "io.k8s.api.core.v1.Namespace",
        "io.k8s.api.core.v1.Node", "io.k8s.api.core.v1.PersistentVolume", "io.k8s.api.core.v1.PersistentVolumeClaim",
        "io.k8s.api.core.v1.Pod", "io.k8s.api.core.v1.PodTemplate", "io.k8s.api.core.v1.ReplicationController",
        "io.k8s.api.core.v1.ResourceQuota", "io.k8s.api.core.v1.Secret", "io.k8s.api.core.v1.Service",
        "io.k8s.api.core.v1.ServiceAccount", "io.k8s.api.apps.v1.ControllerRevision",
        "io.k8s.api.apps.v1.DaemonSet", "io.k8s.api.apps.v1.Deployment", "io.k8s.api.apps.v1.ReplicaSet",
        "io.k8s.api.apps.v1.StatefulSet", "io.k8s.api.authentication.v1.SelfSubjectReview",
        "io.k8s.api.authentication.v1.TokenRequest", "io.k8s.api.authentication.v1.TokenReview",
        "io.k8s.api.authorization.v1.LocalSubjectAccessReview", "io.k8s.api.authorization.v1.SelfSubjectAccessReview",
        "io.k8s.api.authorization.v1.SelfSubjectRulesReview", "io.k8s.api.authorization.v1.SubjectAccessReview",
        "io.k8s.api.autoscaling.v1.Scale", "io.k8s.api.batch.v1.CronJob", "io.k8s.api.batch.v1.Job",
        "io.k8s.api.certificates.v1.CertificateSigningRequest", "io.k8s.api.coordination.v1.Lease",
        "io.k8s.api.discovery.v1.EndpointSlice", "io.k8s.api.flowcontrol.v1.FlowSchema",
        "io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration", "io.k8s.api.networking.v1.Ingress",
        "io.k8s.api.networking.v1.IngressClass", "io.k8s.api.networking.v1.NetworkPolicy",
        "io.k8s.api.networking.v1.IPAddress", "io.k8s.api.networking.v1.ServiceCIDR",
        "io.k8s.api.node.v1.RuntimeClass", "io.k8s.api.policy.v1.Eviction",
        "io.k8s.api.policy.v1.PodDisruptionBudget", "io.k8s.api.rbac.v1.ClusterRole",
        "io.k8s.api.rbac.v1.ClusterRoleBinding", "io.k8s.api.rbac.v1.Role", "io.k8s.api.rbac.v1.RoleBinding",
        "io.k8s.api.scheduling.v1.PriorityClass", "io.k8s.api.storage.v1.CSINode",
        "io.k8s.api.storage.v1.StorageClass", "io.k8s.api.storage.v1.VolumeAttachment",
        "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions", "io.k8s.apimachinery.pkg.apis.meta.v1.Status",
    ];

    private sealed record Field(string Name, string JsonType, bool Required);

    public static int Run(string repositoryRoot)
    {
        var types = ReadTypes(Path.Combine(repositoryRoot, "pkg/Api/Schema/Tables/types.tsv"));
        var reached = Reach(types);
        var names = ClassNames(types.Keys, reached);
        var folder = Path.Combine(repositoryRoot, "pkg/Api/Models/Generated");
        Directory.CreateDirectory(folder);
        foreach (var old in Directory.GetFiles(folder, "*.cs"))
        {
            File.Delete(old);
        }

        foreach (var group in reached.GroupBy(FileName).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var text = new StringBuilder(Header);
            foreach (var type in group.Order(StringComparer.Ordinal))
            {
                WriteClass(text, type, types, names);
            }

            File.WriteAllText(Path.Combine(folder, group.Key + ".cs"), text.ToString());
        }

        File.WriteAllText(Path.Combine(folder, "KubeJsonContext.cs"), Context(names));
        return 0;
    }

    private const string Header = """
        // Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
        using System.Text.Json.Nodes;
        using System.Text.Json.Serialization;

        namespace Kube1.Api.Models;

        """;

    /// <summary>
    /// Larger than the rest of many objects, and for the API server alone to read and to write: a writer that leaves it
    /// out changes nothing of it.
    /// </summary>
    private const string UnreadField = "managedFields";

    private static Dictionary<string, List<Field>> ReadTypes(string path)
    {
        var types = new Dictionary<string, List<Field>>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path).Where(l => !l.StartsWith('#')).Skip(1))
        {
            var cells = line.Split('\t');
            if (cells[1] == UnreadField)
            {
                continue;
            }

            if (!types.TryGetValue(cells[0], out var fields))
            {
                types[cells[0]] = fields = [];
            }

            fields.Add(new Field(cells[1], cells[4], cells[5] == "required"));
        }

        return types;
    }

    private static bool IsScalar(string type, Dictionary<string, List<Field>> types) =>
        types[type] is [{ Name: "-" }];

    private static HashSet<string> Reach(Dictionary<string, List<Field>> types)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(RootKinds);
        while (open.TryPop(out var type))
        {
            if (IsScalar(type, types) || !reached.Add(type))
            {
                continue;
            }

            foreach (var reference in types[type].Select(f => Element(f.JsonType)).Where(types.ContainsKey))
            {
                open.Push(reference);
            }
        }

        return reached;
    }

    private static string Element(string jsonType)
    {
        while (true)
        {
            if (jsonType.StartsWith("[]", StringComparison.Ordinal))
            {
                jsonType = jsonType[2..];
            }
            else if (jsonType.StartsWith("map[string]", StringComparison.Ordinal))
            {
                jsonType = jsonType["map[string]".Length..];
            }
            else
            {
                return jsonType;
            }
        }
    }

    private static (string Group, string Version, string Name) Parts(string type)
    {
        var parts = type.Split('.');
        return (parts[^3], parts[^2], parts[^1]);
    }

    private static string FileName(string type)
    {
        var (group, version, _) = Parts(type);
        return Pascal(group) + Pascal(version);
    }

    private static Dictionary<string, string> ClassNames(IEnumerable<string> all, HashSet<string> reached)
    {
        var ambiguous = all.GroupBy(PlainName).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        return reached.ToDictionary(
            t => t,
            t => ambiguous.Contains(PlainName(t)) ? Pascal(Parts(t).Group) + Parts(t).Version + Parts(t).Name : PlainName(t),
            StringComparer.Ordinal);

        static string PlainName(string type) => Pascal(Parts(type).Version) + Parts(type).Name;
    }

    private static void WriteClass(
        StringBuilder text, string type, Dictionary<string, List<Field>> types, Dictionary<string, string> names)
    {
        var (group, version, name) = Parts(type);
        var fields = types[type];
        var isRoot = RootKinds.Contains(type) && fields.Any(f => f.JsonType.EndsWith("ObjectMeta", StringComparison.Ordinal));
        text.Append(CultureInfo.InvariantCulture, $"/// <summary>{type}</summary>\n");
        text.Append(CultureInfo.InvariantCulture, $"public sealed class {names[type]}{(isRoot ? " : IKubernetesKind" : "")}\n{{\n");
        if (isRoot)
        {
            var apiGroup = ApiGroup(group);
            text.Append("    /// <inheritdoc/>\n    [JsonIgnore]\n");
            text.Append(CultureInfo.InvariantCulture,
                $"    public static GroupVersionKind GroupVersionKind {{ get; }} = new(\"{apiGroup}\", \"{version}\", \"{name}\");\n\n");
        }

        foreach (var field in fields.OrderBy(f => f.Name switch { "kind" => 0, "apiVersion" => 1, "metadata" => 2, _ => 3 }))
        {
            WriteProperty(text, field, isRoot, type, types, names);
        }

        text.Length--;
        text.Append("}\n\n");
    }

    private static void WriteProperty(
        StringBuilder text, Field field, bool isRoot, string type, Dictionary<string, List<Field>> types,
        Dictionary<string, string> names)
    {
        var clr = ClrType(field.JsonType, types, names);
        var identity = isRoot && field.Name is "kind" or "apiVersion" && RootKinds.Contains(type);
        var initial = "";
        if (isRoot && field.Name == "metadata")
        {
            initial = " = new();";
        }
        else if (identity && isRoot)
        {
            var (group, version, name) = Parts(type);
            var apiGroup = ApiGroup(group);
            var value = field.Name == "kind" ? name : apiGroup.Length == 0 ? version : apiGroup + "/" + version;
            clr += "?";
            initial = $" = \"{value}\";";
        }
        else if (!field.Required)
        {
            clr += "?";
        }
        else if (clr == "string")
        {
            initial = " = \"\";";
        }
        else if (clr is not ("int" or "long" or "bool" or "double" or "DateTimeOffset" or "ResourceQuantity" or "IntOrString"))
        {
            initial = clr is "JsonNode" ? " = new JsonObject();" : clr.StartsWith("List<", StringComparison.Ordinal)
                || clr.EndsWith("[]", StringComparison.Ordinal) ? " = [];" : " = new();";
        }

        text.Append(CultureInfo.InvariantCulture, $"    [JsonPropertyName(\"{field.Name}\")]\n");
        if (Element(field.JsonType).EndsWith(".MicroTime", StringComparison.Ordinal))
        {
            text.Append("    [JsonConverter(typeof(MicroTimeConverter))]\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"    public {clr} {Pascal(field.Name)} {{ get; set; }}{initial}\n\n");
    }

    private static string ApiGroup(string package) => package switch
    {
        "core" => "",
        "apps" or "autoscaling" or "batch" or "policy" => package,
        "flowcontrol" => "flowcontrol.apiserver.k8s.io",
        "rbac" => "rbac.authorization.k8s.io",
        "meta" => "meta.k8s.io",
        _ => package + ".k8s.io",
    };

    private static string ClrType(string json, Dictionary<string, List<Field>> types, Dictionary<string, string> names)
    {
        if (json.StartsWith("[]", StringComparison.Ordinal))
        {
            return $"List<{ClrType(json[2..], types, names)}>";
        }

        if (json.StartsWith("map[string]", StringComparison.Ordinal))
        {
            return $"Dictionary<string, {ClrType(json["map[string]".Length..], types, names)}>";
        }

        if (json.EndsWith(".resource.Quantity", StringComparison.Ordinal))
        {
            return "ResourceQuantity";
        }

        if (types.ContainsKey(json))
        {
            return IsScalar(json, types) ? ClrType(types[json][0].JsonType, types, names) : names[json];
        }

        return json switch
        {
            "string" => "string",
            "boolean" => "bool",
            "integer:int32" => "int",
            "integer:int64" or "integer" => "long",
            "number:double" or "number" => "double",
            "string:byte" => "byte[]",
            "string:date-time" => "DateTimeOffset",
            "string:int-or-string" => "IntOrString",
            "any" or "object" => "JsonNode",
            _ => throw new InvalidDataException($"types.tsv: unknown JSON type '{json}'"),
        };
    }

    private static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name[1..].Replace("-", "", StringComparison.Ordinal);

    private static string Context(Dictionary<string, string> names)
    {
        var text = new StringBuilder("""
            // Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
            using System.Text.Json.Serialization;

            namespace Kube1.Api.Models;

            """);
        foreach (var kind in RootKinds.Select(k => names[k]))
        {
            text.Append(CultureInfo.InvariantCulture, $"[JsonSerializable(typeof({kind}))]\n");
            text.Append(CultureInfo.InvariantCulture, $"[JsonSerializable(typeof(KubeList<{kind}>))]\n");
        }

        text.Append("internal sealed partial class KubeJsonContext : JsonSerializerContext;\n");
        return text.ToString();
    }
}
