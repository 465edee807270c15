using System.Globalization;
using System.Text;
using Kube1.Api.Schema;

namespace Kube1.Client.Http;

/// <summary>The URLs of one resource, relative to the server's base address.</summary>
internal static class ResourcePath
{
    /// <summary>The collection: of a namespace, or of all (null).</summary>
    public static string Collection(ResourceDescriptor resource, string? ns)
    {
        var (group, version, plural) = resource.Resource;
        var root = group.Length == 0 ? "api/" + version : $"apis/{group}/{version}";
        return resource.Namespaced && !string.IsNullOrEmpty(ns)
            ? $"{root}/namespaces/{Escape(ns)}/{plural}"
            : $"{root}/{plural}";
    }

    /// <summary>One object, or a subresource of it.</summary>
    public static string Object(ResourceDescriptor resource, string? ns, string? name, string? subresource = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (resource.Namespaced)
        {
            ArgumentException.ThrowIfNullOrEmpty(ns);
        }

        var path = Collection(resource, ns) + "/" + Escape(name);
        return subresource is null ? path : path + "/" + subresource;
    }

    public static string ListQuery(ListOptions options, int limit, string? continueToken)
    {
        var query = new Query();
        query.Add("labelSelector", options.LabelSelector);
        query.Add("fieldSelector", options.FieldSelector);
        query.Add("limit", limit > 0 ? limit.ToString(CultureInfo.InvariantCulture) : null);
        query.Add("continue", continueToken);

        // A continue token already names its revision; the server refuses both together.
        query.Add("resourceVersion", continueToken is null ? options.ResourceVersion : null);
        return query.ToString();
    }

    public static string WatchQuery(ListOptions options)
    {
        var query = new Query();
        query.Add("watch", "true");
        query.Add("labelSelector", options.LabelSelector);
        query.Add("fieldSelector", options.FieldSelector);
        query.Add("resourceVersion", options.ResourceVersion);
        query.Add("allowWatchBookmarks", options.AllowWatchBookmarks ? "true" : null);
        if (options.SendInitialEvents)
        {
            query.Add("sendInitialEvents", "true");
            query.Add("resourceVersionMatch", "NotOlderThan");
        }

        query.Add("timeoutSeconds", options.TimeoutSeconds?.ToString(CultureInfo.InvariantCulture));
        return query.ToString();
    }

    // RBAC names hold colons, which need no escaping in a path and are easier to read in a log without it.
    private static string Escape(string segment) =>
        Uri.EscapeDataString(segment).Replace("%3A", ":", StringComparison.Ordinal);

    private struct Query()
    {
        private readonly StringBuilder _text = new();

        public readonly void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        public override readonly string ToString() => _text.ToString();
    }
}
