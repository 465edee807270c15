namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>What a check found wrong with a pod.</summary>
/// <param name="Reason">Short, the same for all pods: "host namespaces".</param>
/// <param name="Detail">What of this pod it is: "hostNetwork=true".</param>
internal sealed record PodViolation(string Reason, string Detail)
{
    /// <summary>The reasons of several, as the warnings about a namespace's pods show them.</summary>
    public static string Reasons(IEnumerable<PodViolation> violations) =>
        string.Join(", ", violations.Select(v => v.Reason));

    /// <summary>The reasons with their details, as a refusal shows them.</summary>
    public static string Details(IEnumerable<PodViolation> violations) =>
        string.Join(", ", violations.Select(v => $"{v.Reason} ({v.Detail})"));
}

/// <summary>The turns of phrase of upstream's details.</summary>
internal static class ViolationText
{
    /// <summary>The word for one, or for any other number.</summary>
    public static string Plural(string one, string many, int count) => count == 1 ? one : many;

    /// <summary>Names in quotes, comma between them.</summary>
    public static string Quoted(IReadOnlyCollection<string> names) =>
        names.Count == 0 ? "" : "\"" + string.Join("\", \"", names) + "\"";

    /// <summary>container "a", or containers "a", "b".</summary>
    public static string Containers(IReadOnlyCollection<string> names) =>
        Plural("container", "containers", names.Count) + " " + Quoted(names);

    /// <summary>Who set something: the pod, some of its containers, or both.</summary>
    public static string Setters(bool pod, IReadOnlyCollection<string> containers) => (pod, containers.Count) switch
    {
        (true, 0) => "pod",
        (true, _) => "pod and " + Containers(containers),
        _ => Containers(containers),
    };
}
