namespace Kube1.Api.OpenApi;

/// <summary>
/// How operations are called: clients are generated from these names, so they are upstream's to the letter.
/// </summary>
internal static class OperationNames
{
    /// <summary>"core", "rbacAuthorization": the group in tags.</summary>
    public static string Tag(string group)
    {
        var label = Label(group);
        return char.ToLowerInvariant(label[0]) + label[1..];
    }

    /// <summary>"apps_v1"</summary>
    public static string Tag(string group, string version) => $"{Tag(group)}_{version}";

    /// <summary>"Core", "RbacAuthorization": the group in operation names.</summary>
    public static string Label(string group)
    {
        if (group.Length == 0)
        {
            return "Core";
        }

        var name = group.EndsWith(".k8s.io", StringComparison.Ordinal) ? group[..^".k8s.io".Length] : group;
        return string.Concat(name.Split('.').Select(Capitalized));
    }

    /// <summary>"AppsV1"</summary>
    public static string Label(string group, string version) => Label(group) + Capitalized(version);

    /// <summary>"status" is "Status".</summary>
    public static string Capitalized(string name) => name.Length == 0 ? "" : char.ToUpperInvariant(name[0]) + name[1..];

    /// <summary>"api/v1" or "apis/apps/v1".</summary>
    public static string PathOf(string group, string version) =>
        group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
}
