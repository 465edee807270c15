using Kube1.Api.Errors;
using Kube1.Api.Selectors;
using Kube1.ApiServer.Http;
using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>Label and field selectors over entries: looks at keys and descriptions, never parses.</summary>
internal sealed class ObjectFilter
{
    private readonly ServedResource _resource;
    private readonly LabelSelector? _labels;
    private readonly FieldSelector? _fields;
    private readonly string _name;

    private ObjectFilter(
        ServedResource resource, LabelSelector? labels, FieldSelector? fields, string name, string? ns)
    {
        _resource = resource;
        _labels = labels;
        _fields = fields;
        _name = name;
        Key = name.Length > 0 && (!resource.Descriptor.Namespaced || !string.IsNullOrEmpty(ns)) ? (ns, name) : null;
    }

    /// <summary>Whether everything matches.</summary>
    public bool IsEmpty => _labels is null && _fields is null && _name.Length == 0;

    /// <summary>The one object that can match; null when there may be more.</summary>
    public (string? Namespace, string Name)? Key { get; }

    /// <summary>Reads labelSelector, fieldSelector and the name in a watch's path; throws 400.</summary>
    public static ObjectFilter Parse(RequestScope scope)
    {
        var resource = scope.Resource;
        var labels = scope.Info.LabelSelector.Length == 0 ? null : ParseLabels(scope.Info.LabelSelector);
        var fields = scope.Info.FieldSelector.Length == 0 ? null : ParseFields(resource, scope.Info.FieldSelector);
        if (scope.Info.Name.Length > 0 && fields is not null && fields.ExactValue("metadata.name") != scope.Info.Name)
        {
            throw ApiErrors.BadRequest("fieldSelector metadata.name doesn't match requested name");
        }

        return new ObjectFilter(resource, labels, fields, scope.Info.Name, scope.Namespace);
    }

    /// <summary>Whether an entry is in the selection.</summary>
    public bool Matches(StoredEntry entry)
    {
        if (_name.Length > 0 && !NameOf(entry.Key).SequenceEqual(_name))
        {
            return false;
        }

        if (_labels is null && _fields is null)
        {
            return true;
        }

        return (_labels is null || _labels.Matches(_resource.LabelsOf(entry)))
            && (_fields is null || _fields.Matches(path => FieldOf(entry, path)));
    }

    private string FieldOf(StoredEntry entry, string path)
    {
        switch (path)
        {
            case "metadata.name":
                return NameOf(entry.Key).ToString();
            case "metadata.namespace":
                return _resource.Descriptor.Namespaced ? entry.Key[..entry.Key.IndexOf('/')] : "";
        }

        path = StoredField(_resource, path) ?? path;
        var fields = _resource.SelectableFields;
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].Path == path)
            {
                return _resource.FieldOf(entry, i);
            }
        }

        return "";
    }

    private static string? StoredField(ServedResource resource, string path) =>
        resource.View is { } view ? view.StoredField(path) : path;

    private static ReadOnlySpan<char> NameOf(string key) => key.AsSpan(key.IndexOf('/') + 1);

    private static LabelSelector ParseLabels(string text)
    {
        try
        {
            return LabelSelector.Parse(text);
        }
        catch (FormatException e)
        {
            throw ApiErrors.BadRequest("unable to parse requirement: " + e.Message);
        }
    }

    private static FieldSelector ParseFields(ServedResource resource, string text)
    {
        FieldSelector selector;
        try
        {
            selector = FieldSelector.Parse(text);
        }
        catch (FormatException e)
        {
            throw ApiErrors.BadRequest(e.Message);
        }

        foreach (var (path, _, _) in selector.Requirements)
        {
            if (path is not ("metadata.name" or "metadata.namespace")
                && resource.SelectableFields.All(f => f.Path != StoredField(resource, path)))
            {
                throw ApiErrors.BadRequest(resource.Strategy.FieldNotSupported(path));
            }
        }

        return selector;
    }
}
