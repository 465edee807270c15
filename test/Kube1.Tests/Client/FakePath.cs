using Kube1.Api;

namespace Kube1.Tests.Client;

/// <summary>"/apis/apps/v1/namespaces/a/replicasets/b/status", taken apart.</summary>
internal sealed record FakePath(string Group, string Plural, string Namespace, string? Name, string? Subresource)
{
    public GroupResource Resource => new(Group, Plural);

    public string Collection => Resource.ToString();

    public string Prefix => Namespace.Length == 0 ? Collection + "/" : $"{Collection}/{Namespace}/";

    public string Key => $"{Collection}/{Namespace}/{Name}";

    public static FakePath Parse(Uri uri)
    {
        var parts = new Queue<string>(uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString));
        var group = parts.Dequeue() == "apis" ? parts.Dequeue() : "";
        parts.Dequeue();
        var ns = "";
        if (parts.Count > 2 && parts.Peek() == "namespaces")
        {
            parts.Dequeue();
            ns = parts.Dequeue();
        }

        var plural = parts.Dequeue();
        parts.TryDequeue(out var name);
        parts.TryDequeue(out var subresource);
        return new FakePath(group, plural, ns, name, subresource);
    }
}
