using System.Diagnostics.CodeAnalysis;
using Kube1.Api;
using Kube1.ApiServer.Extensions.CustomResources;
using Kube1.ApiServer.Extensions.Rules;
using Kube1.ApiServer.Registry;
using Kube1.Cel.Types;

namespace Kube1.ApiServer.Admission.Policies.TypeChecking;

/// <summary>What is known of the objects of one kind.</summary>
internal sealed class KindTypes : CelTypeProvider
{
    private const string CustomResourceDefinitions = "apiextensions.k8s.io";

    private readonly CelTypeProvider _declared;
    private readonly string _customRoot;

    private KindTypes(CelType? type, CelTypeProvider declared, string customRoot)
    {
        Type = type;
        _declared = declared;
        _customRoot = customRoot;
    }

    /// <summary>The type of its objects; null when there is none that expressions could see.</summary>
    public CelType? Type { get; }

    /// <summary>
    /// The types of a served resource; null when its schema is not known, or refers to itself, which upstream does not
    /// resolve.
    /// </summary>
    public static KindTypes? Of(ServedResource resource) => resource.Custom is { } custom ? OfCustom(custom)
        : resource.Schema is { } schema && resource.Descriptor.Resource.Group != CustomResourceDefinitions
            ? new KindTypes(CelType.Object(schema.Name), BuiltInTypes.Instance, "")
            : null;

    /// <inheritdoc/>
    public override bool TryFindType(string name, [MaybeNullWhen(false)] out CelType type) =>
        _declared.TryFindType(name, out type);

    /// <inheritdoc/>
    public override bool TryFindField(string typeName, string field, [MaybeNullWhen(false)] out CelType type)
    {
        // Schemas of definitions say less of metadata than there is.
        if (typeName == _customRoot && field == "metadata")
        {
            type = BuiltInTypes.ObjectMeta;
            return true;
        }

        return _declared.TryFindField(typeName, field, out type)
            || BuiltInTypes.Instance.TryFindField(typeName, field, out type);
    }

    private static KindTypes OfCustom(CustomVersion version)
    {
        var name = $"{version.Kind.Kind}.{version.Kind.ApiVersion}";
        var types = new DeclaredTypes();
        return new KindTypes(types.Declare(version.Schema.Structure, isResource: true, name)?.Type, types, name);
    }
}
