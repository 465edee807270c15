using System.Collections.Immutable;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;

namespace Kube1.Cel.Checking;

/// <summary>What a name or a call in an expression refers to.</summary>
internal abstract record Reference;

/// <summary>A variable of the environment, or a type that is named like one.</summary>
/// <param name="Name">The whole name, which may have been written as selections: <c>a.b.c</c>.</param>
/// <param name="Constant">The type that the name stands for; null for variables.</param>
internal sealed record GlobalReference(string Name, CelType? Constant) : Reference;

/// <summary>A variable of a comprehension.</summary>
internal sealed record LocalReference(string Name) : Reference;

/// <summary>A call: which overloads its arguments may fit.</summary>
/// <param name="Function">The function.</param>
/// <param name="Overloads">Those that fit the deduced types: more than one when these are dyn.</param>
/// <param name="IsQualified">Whether what looks like the receiver is a part of the function's name.</param>
internal sealed record CallReference(CelFunction Function, ImmutableArray<CelOverload> Overloads, bool IsQualified) : Reference;
