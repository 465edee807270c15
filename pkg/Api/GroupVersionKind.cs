namespace Kube1.Api;

/// <summary>A kind of object. The core group is the empty string.</summary>
public readonly record struct GroupVersionKind(string Group, string Version, string Kind)
{
    /// <summary>"apps/v1", or "v1" for the core group.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : Group + "/" + Version;

    /// <summary>"/v1, Kind=Pod", as Go prints it in error texts.</summary>
    public string GoText => $"{Group}/{Version}, Kind={Kind}";

    /// <summary>The kind that an object's apiVersion and kind name.</summary>
    public static GroupVersionKind Of(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return new GroupVersionKind(slash < 0 ? "" : apiVersion[..slash], apiVersion[(slash + 1)..], kind);
    }

    /// <summary>The Go package of the group's internal types, which error texts carry: "core", "rbac".</summary>
    public string GoPackage => Group.Length == 0 ? "core" : Group.Split('.')[0];

    /// <inheritdoc/>
    public override string ToString() => $"{ApiVersion}, Kind={Kind}";
}

/// <summary>A resource as it appears in a URL: "deployments" of "apps" in "v1".</summary>
public readonly record struct GroupVersionResource(string Group, string Version, string Resource)
{
    /// <summary>The same without the version.</summary>
    public GroupResource GroupResource => new(Group, Resource);
}

/// <summary>A resource in all its versions.</summary>
public readonly record struct GroupResource(string Group, string Resource)
{
    /// <summary>"deployments.apps", or "pods" for the core group: the form that upstream's messages use.</summary>
    public override string ToString() => Group.Length == 0 ? Resource : Resource + "." + Group;
}
