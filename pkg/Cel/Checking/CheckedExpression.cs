using Kube1.Cel.Syntax;
using Kube1.Cel.Types;

namespace Kube1.Cel.Checking;

/// <summary>An expression with the types of its nodes and what its names and calls refer to.</summary>
internal sealed class CheckedExpression(CelExpression root, CelType?[] types, Reference?[] references)
{
    public CelExpression Root { get; } = root;

    public CelType ResultType => TypeOf(Root);

    public int IdLimit => types.Length;

    public CelType TypeOf(CelExpression expression) => types[expression.Id] ?? CelType.Dyn;

    /// <summary>Whether a variable of this name is used.</summary>
    public bool RefersTo(string variable) =>
        references.Any(r => r is GlobalReference { Constant: null } global && global.Name == variable);

    public Reference? ReferenceOf(CelExpression expression) => references[expression.Id];
}
