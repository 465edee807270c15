using System.Collections.Immutable;
using Kube1.Cel.Syntax;

namespace Kube1.Cel.Functions;

/// <summary>
/// Makes the expression that a macro's use stands for; null leaves it a call. An argument that does not fit is reported
/// with <see cref="CelMacroExpansion.Fail"/>, whose result is returned.
/// </summary>
public delegate CelExpression? CelMacroExpander(
    CelMacroExpansion expansion, CelExpression? target, ImmutableArray<CelExpression> arguments);

/// <summary>A macro: a call that the parser replaces, found by name, number of arguments, and whether it has a receiver.</summary>
public sealed record CelMacro(string Name, int Arguments, bool IsMember, CelMacroExpander Expand);
